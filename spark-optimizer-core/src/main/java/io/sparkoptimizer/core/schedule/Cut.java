package io.sparkoptimizer.core.schedule;

import java.util.OptionalInt;

/**
 * What decides how many tasks a stage has. Spark cuts most stages anew when there is other data, when there
 * are other slots or when {@code spark.sql.shuffle.partitions} is another.
 *
 * <p>A rule of Spark's is only used for a stage whose recorded count it explains; what it misses that
 * count by ({@code beyond}) is added again to what it says of another size: tasks that data of unequal
 * size took, and pieces of skewed partitions.
 */
sealed interface Cut {
  /**
   * How many tasks the stage has.
   *
   * @param input multiple of the recorded input, more than 0
   * @param partitions {@code spark.sql.shuffle.partitions}
   * @param parallelism Spark's default parallelism when the stage begins
   */
  int tasks(double input, int partitions, int parallelism);

  /** Whether the stage reads from outside: then no task of it is longer because there is more data. */
  default boolean isScan() {
    return false;
  }

  /** Whether {@code spark.sql.shuffle.partitions} has a say. */
  default boolean followsPartitions() {
    return false;
  }

  /** The program fixes the count: more input is longer tasks. */
  record Fixed(int recorded) implements Cut {
    @Override
    public int tasks(double input, int partitions, int parallelism) {
      return recorded;
    }
  }

  /** One task for each core, whatever the data. */
  record Parallelism() implements Cut {
    @Override
    public int tasks(double input, int partitions, int parallelism) {
      return parallelism;
    }
  }

  /** Blocks of files, pages of a table: more input is more tasks of the same length. */
  record ByInput(int recorded) implements Cut {
    @Override
    public int tasks(double input, int partitions, int parallelism) {
      return atLeastOne(recorded * input);
    }

    @Override
    public boolean isScan() {
      return true;
    }
  }

  /**
   * Files of a SQL scan, by Spark's {@code FilePartition}: splits of at most {@code maxPartitionBytes}, of
   * less where the bytes would otherwise not give each core one, and small ones put together as far as the
   * cost of opening them allows. Files count as equally large.
   *
   * @param leastPartitions {@code spark.sql.files.minPartitionNum} or {@code
   *     spark.sql.leafNodeDefaultParallelism}; empty stands for the default parallelism
   */
  record Splits(
      double files,
      double bytes,
      double maxPartitionBytes,
      double openCostBytes,
      OptionalInt leastPartitions,
      int beyond)
      implements Cut {
    @Override
    public int tasks(double input, int partitions, int parallelism) {
      double all = Math.max(1, files * input);
      double cores = Math.max(1, leastPartitions.orElse(parallelism));
      double perCore = Math.floor((bytes * input + all * openCostBytes) / cores);
      double most = Math.max(1, Math.min(maxPartitionBytes, Math.max(openCostBytes, perCore)));
      double file = bytes * input / all;
      double whole = Math.floor(file / most);
      double rest = file - whole * most;
      // A partition takes rests while their bytes, and the cost of opening all but the last, fit.
      double together = Math.max(1, Math.floor((most + openCostBytes) / (rest + openCostBytes)));
      double rests = rest < 1 && whole > 0 ? 0 : Math.ceil(all / together);
      return atLeastOne(all * whole + rests + grown(beyond, input));
    }

    @Override
    public boolean isScan() {
      return true;
    }

    Splits beyond(int tasks) {
      return new Splits(files, bytes, maxPartitionBytes, openCostBytes, leastPartitions, tasks);
    }
  }

  /**
   * {@code spark.sql.shuffle.partitions} tasks. Fewer where adaptive execution joined some by a rule that is
   * not known: then the property is a ceiling.
   */
  record Partitions(int recorded, int recordedPartitions) implements Cut {
    @Override
    public int tasks(double input, int partitions, int parallelism) {
      return recorded == recordedPartitions ? partitions : Math.min(recorded, partitions);
    }

    @Override
    public boolean followsPartitions() {
      return true;
    }
  }

  /**
   * Shuffle partitions that adaptive execution joins, by Spark's {@code CoalesceShufflePartitions}: as many
   * neighbours as fit into the target size, which is the advisory one, or less where that would leave fewer
   * tasks than asked for. Partitions count as equally large.
   *
   * @param bytes of the shuffles that the stage reads, compressed
   * @param initialPartitions {@code coalescePartitions.initialPartitionNum}; empty stands for {@code spark.sql.shuffle.partitions}
   * @param leastTasks {@code minPartitionNum}, or 1 without {@code parallelismFirst}; empty stands for the
   *     default parallelism
   */
  record Coalesced(
      double bytes,
      double advisoryBytes,
      double minPartitionBytes,
      OptionalInt initialPartitions,
      OptionalInt leastTasks,
      int beyond)
      implements Cut {
    @Override
    public int tasks(double input, int partitions, int parallelism) {
      double initial = Math.max(1, initialPartitions.orElse(partitions));
      double all = bytes * input;
      double forAll = Math.ceil(all / Math.max(1, leastTasks.orElse(parallelism)));
      double target = Math.max(minPartitionBytes, Math.min(advisoryBytes, forAll));
      double each = all / initial;
      // What is smaller than the least size is joined even where it does not fit.
      double together = Math.min(
          initial,
          Math.max(
              Math.max(1, Math.floor(target / each + 1e-9)), Math.ceil(minPartitionBytes / each)));
      double full = Math.floor(initial / together);
      double restBytes = (initial - full * together) * each;
      boolean restAlone = restBytes > 0 && restBytes >= minPartitionBytes;
      return atLeastOne(full + (restAlone ? 1 : 0) + grown(beyond, input));
    }

    @Override
    public boolean followsPartitions() {
      return initialPartitions.isEmpty();
    }

    Coalesced beyond(int tasks) {
      return new Coalesced(
          bytes, advisoryBytes, minPartitionBytes, initialPartitions, leastTasks, tasks);
    }
  }

  /**
   * What a rule missed, over other input. Pieces beyond it grow with the input; where it says too many, more
   * input makes them no fewer: the count itself may not grow, and would be used up.
   */
  private static double grown(int beyond, double input) {
    return beyond * (beyond < 0 ? Math.min(1, input) : input);
  }

  private static int atLeastOne(double tasks) {
    return (int) Math.max(1, Math.min(Integer.MAX_VALUE, Math.round(tasks)));
  }
}
