package io.sparkoptimizer.sparktests.jobs;

import java.util.HashMap;
import java.util.Map;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.SparkSession;
import org.jspecify.annotations.Nullable;

/**
 * Looks up each event in a table that the executor's code holds once and for good, and makes much garbage: used heap looks full whatever
 * the heap is.
 */
public final class LookedUpNames {

  private static final long NAMES = 5_500_000;
  private static final long EVENTS = 8_000_000;

  private LookedUpNames() {}

  public static void main(String[] args) throws Exception {
    MemoryJob.measure(LookedUpNames::run, args);
  }

  private static void run(SparkSession spark, int percent) {
    int names = Math.toIntExact(MemoryJob.share(NAMES, percent));
    long events = MemoryJob.share(EVENTS, percent);
    long found = spark
        .range(0, events, 1, 24)
        .as(Encoders.LONG())
        .javaRDD()
        .filter(id -> Names.of(names).isKnown(id))
        .count();
    MemoryJob.check("events with a name", events, found);
  }

  /** The table of this JVM. */
  private static final class Names {

    private static @Nullable Names loaded;

    private final Map<Long, String> names = new HashMap<>();

    private Names(int count) {
      for (long id = 0; id < count; id++) {
        names.put(id, "name-" + Long.toHexString(id * 0x9E3779B97F4A7C15L) + "-of-" + id);
      }
    }

    static synchronized Names of(int count) {
      if (loaded == null) {
        loaded = new Names(count);
      }
      return loaded;
    }

    /** Costs half a microsecond and no memory; always true. */
    private static boolean isWeighed(long event) {
      double weight = event % 1009 / 1009.0;
      for (int step = 0; step < 16; step++) {
        weight = 1 / (1 + Math.exp(-weight * step));
      }
      return weight > 0;
    }

    boolean isKnown(long event) {
      String text = "event " + event + " of " + event % names.size();
      String[] words = text.split(" ", -1);
      String name = names.get(Long.valueOf(words[3]));
      return name != null && name.endsWith("-" + words[3]) && isWeighed(event);
    }
  }
}
