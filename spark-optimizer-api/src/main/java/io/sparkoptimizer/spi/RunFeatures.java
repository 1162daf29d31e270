package io.sparkoptimizer.spi;

import java.util.Collections;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalDouble;
import java.util.TreeMap;

/**
 * What is known of a run before it runs: which job it is, the resources it gets, the work it is asked to
 * do. The one thing that a {@link Predictor} gets to see of the run that is asked about, so that none can
 * look at its time.
 *
 * <p>Features have names, so that a job can bring its own: a parameter of the work is {@link
 * #PARAMETER}{@code name}, a number or a word. One that is not known is left out, never 0.
 *
 * @param job the job's signature
 * @param numbers finite, by name
 * @param words by name; a name is in one of the two maps, never in both
 */
public record RunFeatures(String job, Map<String, Double> numbers, Map<String, String> words) {
  /** Most executors alive at one time, or nodes where a table counts these. */
  public static final String INSTANCES = "instances";

  /** Cores of one instance. */
  public static final String CORES_PER_INSTANCE = "cores_per_instance";

  /** Heap of one executor, or memory of one node, MiB. */
  public static final String MEMORY_MB_PER_INSTANCE = "memory_mb_per_instance";

  /** A word: the kind of node. */
  public static final String INSTANCE_TYPE = "instance_type";

  /** Initial number of partitions of a shuffle. */
  public static final String SHUFFLE_PARTITIONS = "shuffle_partitions";

  /** External bytes read. */
  public static final String INPUT_BYTES = "input_bytes";

  /** External records read. */
  public static final String INPUT_RECORDS = "input_records";

  /** What names of parameters begin with. */
  public static final String PARAMETER = "parameter.";

  public RunFeatures {
    Objects.requireNonNull(job);
    numbers = Collections.unmodifiableMap(new TreeMap<>(numbers));
    words = Collections.unmodifiableMap(new TreeMap<>(words));
    numbers.forEach((name, value) -> {
      if (!Double.isFinite(value)) {
        throw new IllegalArgumentException("feature " + name + " must be finite, was " + value);
      }
    });
    if (!Collections.disjoint(numbers.keySet(), words.keySet())) {
      throw new IllegalArgumentException(
          "a feature is a number or a word, not both: " + numbers.keySet() + ", " + words.keySet());
    }
  }

  public OptionalDouble number(String name) {
    Double value = numbers.get(name);
    return value == null ? OptionalDouble.empty() : OptionalDouble.of(value);
  }
}
