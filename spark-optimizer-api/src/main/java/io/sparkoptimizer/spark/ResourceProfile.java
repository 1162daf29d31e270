package io.sparkoptimizer.spark;

import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;

/**
 * What an executor and a task of one resource profile are given, in Spark's names: memory amounts
 * are MiB, {@code cores} and {@code cpus} are counts.
 *
 * @param id 0 is the application's default profile
 * @param executorResources {@code cores}, {@code memory}, {@code memoryOverhead}, {@code offHeap}, ...
 * @param taskResources {@code cpus}, {@code gpu}, ...
 */
public record ResourceProfile(
    int id, Map<String, Double> executorResources, Map<String, Double> taskResources) {
  public ResourceProfile {
    executorResources = Collections.unmodifiableMap(new TreeMap<>(executorResources));
    taskResources = Collections.unmodifiableMap(new TreeMap<>(taskResources));
  }
}
