package io.sparkoptimizer.ml;

import io.sparkoptimizer.spark.RunSummary;
import io.sparkoptimizer.spark.TaskMetric;
import io.sparkoptimizer.spi.RunFeatures;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * What models over all jobs can be trained on: known before a run. What is asked for is the run's own;
 * what the work is like is that of the job's newest whole run before it, never of the run itself, and
 * missing for a job's first.
 */
enum Feature {
  /** External bytes to read. */
  INPUT_SIZE {
    @Override
    OptionalDouble of(RunSummary asked) {
      return positive(asked.inputBytes());
    }
  },
  /** Executors: most alive at one time. */
  INSTANCES {
    @Override
    OptionalDouble of(RunSummary asked) {
      return asked.executorsPeak().isPresent()
          ? OptionalDouble.of(asked.executorsPeak().getAsInt())
          : OptionalDouble.empty();
    }
  },
  CORES_PER_INSTANCE {
    @Override
    OptionalDouble of(RunSummary asked) {
      return asked.executorCores().isPresent()
          ? OptionalDouble.of(asked.executorCores().getAsInt())
          : OptionalDouble.empty();
    }
  },
  /** Heap of an executor. */
  MEMORY_MB_PER_INSTANCE {
    @Override
    OptionalDouble of(RunSummary asked) {
      return positive(asked.executorMemoryMb());
    }
  },
  /** A word: the kind of work, which is the job's. */
  JOB_TYPE,
  /** Bytes shuffled over bytes read. */
  SHUFFLE_RATIO {
    @Override
    OptionalDouble ofEarlier(RunSummary earlier) {
      return ratio(
          earlier.totals().get(TaskMetric.SHUFFLE_WRITE_BYTES), positive(earlier.inputBytes()));
    }
  },
  /** Bytes written over bytes read. */
  OUTPUT_RATIO {
    @Override
    OptionalDouble ofEarlier(RunSummary earlier) {
      return ratio(earlier.totals().get(TaskMetric.OUTPUT_BYTES), positive(earlier.inputBytes()));
    }
  },
  /** CPU time over run time of tasks. */
  CPU_SHARE {
    @Override
    OptionalDouble ofEarlier(RunSummary earlier) {
      OptionalDouble running = positive(earlier.totals().get(TaskMetric.EXECUTOR_RUN_TIME_MS));
      OptionalDouble share = ratio(earlier.totals().get(TaskMetric.EXECUTOR_CPU_TIME_NS), running);
      return share.isPresent()
          ? OptionalDouble.of(share.getAsDouble() / 1e6)
          : OptionalDouble.empty();
    }
  },
  /** Stage attempts. */
  STAGE_COUNT {
    @Override
    OptionalDouble ofEarlier(RunSummary earlier) {
      return counted(earlier, earlier.stages());
    }
  },
  TASK_COUNT {
    @Override
    OptionalDouble ofEarlier(RunSummary earlier) {
      return counted(earlier, (double) earlier.tasks());
    }
  },
  /** Sum of finish - launch over tasks: the work that there was. */
  SLOT_TIME_MS {
    @Override
    OptionalDouble ofEarlier(RunSummary earlier) {
      return positive(OptionalLong.of(earlier.slotTimeMs()));
    }
  },
  /** Input over that of the earlier run: how much more of its work there is. */
  INPUT_GROWTH {
    @Override
    void add(RunSummary asked, @Nullable RunSummary earlier, Map<String, Double> numbers) {
      if (earlier != null) {
        ratio(asked.inputBytes(), positive(earlier.inputBytes()))
            .ifPresent(growth -> numbers.put(columnName(), growth));
      }
    }
  };

  /** Taken where none are named: all of them. */
  static final List<String> DEFAULT = Arrays.stream(values()).map(Feature::word).toList();

  /** The name in options and in what is stored. */
  String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  static Optional<Feature> ofWord(String word) {
    return Arrays.stream(values())
        .filter(feature -> feature.word().equals(word))
        .findFirst();
  }

  /** Input goes by the name by which more of it is known never to be faster. */
  String columnName() {
    return this == INPUT_SIZE ? RunFeatures.INPUT_BYTES : word();
  }

  OptionalDouble of(RunSummary asked) {
    return OptionalDouble.empty();
  }

  OptionalDouble ofEarlier(RunSummary earlier) {
    return OptionalDouble.empty();
  }

  /** Puts the number of it where it is known. */
  void add(RunSummary asked, @Nullable RunSummary earlier, Map<String, Double> numbers) {
    of(asked).ifPresent(number -> numbers.put(columnName(), number));
    if (earlier != null) {
      ofEarlier(earlier).ifPresent(number -> numbers.put(columnName(), number));
    }
  }

  /** A table has no stages to count. */
  private static OptionalDouble counted(RunSummary run, double count) {
    return run.fromTable() ? OptionalDouble.empty() : OptionalDouble.of(count);
  }

  private static OptionalDouble positive(OptionalLong value) {
    return value.orElse(0) > 0
        ? OptionalDouble.of((double) value.getAsLong())
        : OptionalDouble.empty();
  }

  private static OptionalDouble ratio(OptionalLong part, OptionalDouble whole) {
    return part.isPresent() && whole.isPresent()
        ? OptionalDouble.of((double) part.getAsLong() / whole.getAsDouble())
        : OptionalDouble.empty();
  }
}
