package io.sparkoptimizer;

import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.TreeMap;

/**
 * What an application is given. Absent means: left as it is, or not known.
 *
 * @param numExecutors the fixed count; the maximum where {@code dynamicAllocation} is true
 * @param executorCores {@code spark.executor.cores}
 * @param executorMemoryMb {@code spark.executor.memory}, in MiB, as all that follow
 * @param executorMemoryOverheadMb {@code spark.executor.memoryOverhead}
 * @param executorOffHeapMb {@code spark.memory.offHeap.size}, 0 where it is off
 * @param executorPysparkMemoryMb {@code spark.executor.pyspark.memory}
 * @param driverMemoryMb {@code spark.driver.memory}
 * @param driverMemoryOverheadMb {@code spark.driver.memoryOverhead}
 * @param driverCores {@code spark.driver.cores}
 * @param shufflePartitions {@code spark.sql.shuffle.partitions}
 * @param dynamicAllocation whether {@code spark.dynamicAllocation.enabled}
 * @param dynamicAllocationMin at most {@code dynamicAllocationInitial}
 * @param dynamicAllocationInitial at most {@code dynamicAllocationMax}
 * @param dynamicAllocationMax the most executors
 */
public record Resources(
    OptionalInt numExecutors,
    OptionalInt executorCores,
    OptionalLong executorMemoryMb,
    OptionalLong executorMemoryOverheadMb,
    OptionalLong executorOffHeapMb,
    OptionalLong executorPysparkMemoryMb,
    OptionalLong driverMemoryMb,
    OptionalLong driverMemoryOverheadMb,
    OptionalInt driverCores,
    OptionalInt shufflePartitions,
    Optional<Boolean> dynamicAllocation,
    OptionalInt dynamicAllocationMin,
    OptionalInt dynamicAllocationInitial,
    OptionalInt dynamicAllocationMax) {

  /** Nothing known, nothing asked. */
  public static final Resources NONE = builder().build();

  public Resources {
    int min = dynamicAllocationMin.orElse(0);
    int max = dynamicAllocationMax.orElse(Integer.MAX_VALUE);
    int initial = dynamicAllocationInitial.orElse(min);
    if (min > initial || initial > max) {
      throw new ConflictingSettingsException(
          "dynamic allocation satisfies min <= initial <= max, was " + min + ", " + initial + ", "
              + max);
    }
  }

  public static Builder builder() {
    return new Builder();
  }

  public Builder toBuilder() {
    return new Builder(this);
  }

  /** The Spark properties that ask for this, in the order of their names. */
  public Map<String, String> toSparkConf() {
    Map<String, String> conf = new TreeMap<>();
    boolean dynamic = dynamicAllocation.orElse(false);
    dynamicAllocation.ifPresent(
        on -> conf.put("spark.dynamicAllocation.enabled", String.valueOf(on)));
    if (dynamic) {
      // A fixed count beside it would raise the initial one.
      putInt(conf, "spark.dynamicAllocation.minExecutors", dynamicAllocationMin);
      putInt(conf, "spark.dynamicAllocation.initialExecutors", dynamicAllocationInitial);
      putInt(conf, "spark.dynamicAllocation.maxExecutors", dynamicAllocationMax);
    } else {
      putInt(conf, "spark.executor.instances", numExecutors);
    }
    putInt(conf, "spark.executor.cores", executorCores);
    putMb(conf, "spark.executor.memory", executorMemoryMb);
    putMb(conf, "spark.executor.memoryOverhead", executorMemoryOverheadMb);
    if (executorOffHeapMb.orElse(0) > 0) {
      conf.put("spark.memory.offHeap.enabled", "true");
      putMb(conf, "spark.memory.offHeap.size", executorOffHeapMb);
    }
    putMb(conf, "spark.executor.pyspark.memory", executorPysparkMemoryMb);
    putMb(conf, "spark.driver.memory", driverMemoryMb);
    putMb(conf, "spark.driver.memoryOverhead", driverMemoryOverheadMb);
    putInt(conf, "spark.driver.cores", driverCores);
    putInt(conf, "spark.sql.shuffle.partitions", shufflePartitions);
    return conf;
  }

  private static void putInt(Map<String, String> conf, String property, OptionalInt value) {
    value.ifPresent(present -> conf.put(property, Integer.toString(present)));
  }

  private static void putMb(Map<String, String> conf, String property, OptionalLong value) {
    value.ifPresent(present -> conf.put(property, present + "m"));
  }

  /** Gathers resources. Not thread-safe. */
  public static final class Builder {
    private OptionalInt numExecutors = OptionalInt.empty();
    private OptionalInt executorCores = OptionalInt.empty();
    private OptionalLong executorMemoryMb = OptionalLong.empty();
    private OptionalLong executorMemoryOverheadMb = OptionalLong.empty();
    private OptionalLong executorOffHeapMb = OptionalLong.empty();
    private OptionalLong executorPysparkMemoryMb = OptionalLong.empty();
    private OptionalLong driverMemoryMb = OptionalLong.empty();
    private OptionalLong driverMemoryOverheadMb = OptionalLong.empty();
    private OptionalInt driverCores = OptionalInt.empty();
    private OptionalInt shufflePartitions = OptionalInt.empty();
    private Optional<Boolean> dynamicAllocation = Optional.empty();
    private OptionalInt dynamicAllocationMin = OptionalInt.empty();
    private OptionalInt dynamicAllocationInitial = OptionalInt.empty();
    private OptionalInt dynamicAllocationMax = OptionalInt.empty();

    private Builder() {}

    private Builder(Resources resources) {
      numExecutors = resources.numExecutors;
      executorCores = resources.executorCores;
      executorMemoryMb = resources.executorMemoryMb;
      executorMemoryOverheadMb = resources.executorMemoryOverheadMb;
      executorOffHeapMb = resources.executorOffHeapMb;
      executorPysparkMemoryMb = resources.executorPysparkMemoryMb;
      driverMemoryMb = resources.driverMemoryMb;
      driverMemoryOverheadMb = resources.driverMemoryOverheadMb;
      driverCores = resources.driverCores;
      shufflePartitions = resources.shufflePartitions;
      dynamicAllocation = resources.dynamicAllocation;
      dynamicAllocationMin = resources.dynamicAllocationMin;
      dynamicAllocationInitial = resources.dynamicAllocationInitial;
      dynamicAllocationMax = resources.dynamicAllocationMax;
    }

    public Builder numExecutors(int value) {
      numExecutors = OptionalInt.of(value);
      return this;
    }

    public Builder numExecutors(OptionalInt value) {
      numExecutors = value;
      return this;
    }

    public Builder executorCores(int value) {
      executorCores = OptionalInt.of(value);
      return this;
    }

    public Builder executorCores(OptionalInt value) {
      executorCores = value;
      return this;
    }

    public Builder executorMemoryMb(long value) {
      executorMemoryMb = OptionalLong.of(value);
      return this;
    }

    public Builder executorMemoryMb(OptionalLong value) {
      executorMemoryMb = value;
      return this;
    }

    public Builder executorMemoryOverheadMb(long value) {
      executorMemoryOverheadMb = OptionalLong.of(value);
      return this;
    }

    public Builder executorMemoryOverheadMb(OptionalLong value) {
      executorMemoryOverheadMb = value;
      return this;
    }

    public Builder executorOffHeapMb(long value) {
      executorOffHeapMb = OptionalLong.of(value);
      return this;
    }

    public Builder executorOffHeapMb(OptionalLong value) {
      executorOffHeapMb = value;
      return this;
    }

    public Builder executorPysparkMemoryMb(long value) {
      executorPysparkMemoryMb = OptionalLong.of(value);
      return this;
    }

    public Builder executorPysparkMemoryMb(OptionalLong value) {
      executorPysparkMemoryMb = value;
      return this;
    }

    public Builder driverMemoryMb(long value) {
      driverMemoryMb = OptionalLong.of(value);
      return this;
    }

    public Builder driverMemoryMb(OptionalLong value) {
      driverMemoryMb = value;
      return this;
    }

    public Builder driverMemoryOverheadMb(long value) {
      driverMemoryOverheadMb = OptionalLong.of(value);
      return this;
    }

    public Builder driverMemoryOverheadMb(OptionalLong value) {
      driverMemoryOverheadMb = value;
      return this;
    }

    public Builder driverCores(int value) {
      driverCores = OptionalInt.of(value);
      return this;
    }

    public Builder driverCores(OptionalInt value) {
      driverCores = value;
      return this;
    }

    public Builder shufflePartitions(int value) {
      shufflePartitions = OptionalInt.of(value);
      return this;
    }

    public Builder shufflePartitions(OptionalInt value) {
      shufflePartitions = value;
      return this;
    }

    public Builder dynamicAllocation(boolean value) {
      dynamicAllocation = Optional.of(value);
      return this;
    }

    public Builder dynamicAllocation(Optional<Boolean> value) {
      dynamicAllocation = value;
      return this;
    }

    public Builder dynamicAllocationMin(int value) {
      dynamicAllocationMin = OptionalInt.of(value);
      return this;
    }

    public Builder dynamicAllocationMin(OptionalInt value) {
      dynamicAllocationMin = value;
      return this;
    }

    public Builder dynamicAllocationInitial(int value) {
      dynamicAllocationInitial = OptionalInt.of(value);
      return this;
    }

    public Builder dynamicAllocationInitial(OptionalInt value) {
      dynamicAllocationInitial = value;
      return this;
    }

    public Builder dynamicAllocationMax(int value) {
      dynamicAllocationMax = OptionalInt.of(value);
      return this;
    }

    public Builder dynamicAllocationMax(OptionalInt value) {
      dynamicAllocationMax = value;
      return this;
    }

    public Resources build() {
      return new Resources(
          numExecutors,
          executorCores,
          executorMemoryMb,
          executorMemoryOverheadMb,
          executorOffHeapMb,
          executorPysparkMemoryMb,
          driverMemoryMb,
          driverMemoryOverheadMb,
          driverCores,
          shufflePartitions,
          dynamicAllocation,
          dynamicAllocationMin,
          dynamicAllocationInitial,
          dynamicAllocationMax);
    }
  }
}
