package io.sparkoptimizer.core.similarity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SimilarityIndexTest {
  /** Clustered or not, on a grid (ties, duplicates) or not, coordinates missing in groups or anywhere. */
  private static final class Vectors {
    private final Random random;
    private final int coordinates;
    private final boolean grid;
    private final double missing;
    private final boolean groups;
    private final double[][] centres;

    Vectors(Random random) {
      this.random = random;
      this.coordinates = 1 + random.nextInt(Metric.MOST_COORDINATES);
      this.grid = random.nextInt(3) == 0;
      this.missing = random.nextInt(3) * 0.2;
      this.groups = random.nextBoolean();
      this.centres = new double[random.nextInt(20)][coordinates];
      for (double[] centre : centres) {
        for (int i = 0; i < coordinates; i++) {
          centre[i] = 4 * random.nextDouble();
        }
      }
    }

    Metric metric() {
      double[] weights = new double[coordinates];
      for (int i = 0; i < coordinates; i++) {
        weights[i] = 0.5 * (1 + random.nextInt(6));
      }
      return new Metric(weights);
    }

    int[] next(Metric metric) {
      double[] values = new double[coordinates];
      boolean half = random.nextDouble() < missing;
      for (int i = 0; i < coordinates; i++) {
        values[i] = centres.length == 0
            ? random.nextDouble()
            : centres[random.nextInt(centres.length)][i] + 0.05 * random.nextGaussian();
        if (grid) {
          values[i] = Math.rint(3 * values[i]) / 3;
        }
        if (groups ? half && i % 2 == 1 : random.nextDouble() < missing) {
          values[i] = Double.NaN;
        }
      }
      return metric.vector(values);
    }
  }

  private static List<Match> bruteForce(
      Metric metric,
      Map<String, int[]> entries,
      int[] asked,
      int most,
      double minSimilarity,
      Predicate<String> excluded) {
    return entries.entrySet().stream()
        .filter(entry -> !excluded.test(entry.getKey()))
        .map(entry -> new Match(entry.getKey(), metric.similarity(asked, entry.getValue())))
        .filter(match -> match.similarity() >= minSimilarity)
        .sorted(Match.BEST_FIRST)
        .limit(most)
        .toList();
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19})
  void nearest_anyEntries_equalsBruteForceInOrder(int seed) {
    Random random = new Random(seed);
    Vectors vectors = new Vectors(random);
    Metric metric = vectors.metric();
    Map<String, int[]> entries = new LinkedHashMap<>();
    int size = seed % 4 == 0 ? random.nextInt(50) : 3_000 + random.nextInt(6_000);
    for (int i = 0; i < size; i++) {
      entries.put("job-" + i, vectors.next(metric));
    }
    SimilarityIndex index = SimilarityIndex.of(metric, entries);
    for (int round = 0; round < 12; round++) {
      for (int change = random.nextInt(1_500); change > 0; change--) {
        String job = "job-" + random.nextInt(2 * size + 10);
        if (random.nextInt(3) == 0) {
          entries.remove(job);
          index.remove(job);
        } else {
          int[] vector = vectors.next(metric);
          entries.put(job, vector);
          index.put(job, vector);
        }
      }
      int[] asked = round == 0 ? metric.vector(nothing(metric)) : vectors.next(metric);
      int most = 1 + random.nextInt(20);
      double least = random.nextInt(3) * 0.35;
      Predicate<String> excluded =
          random.nextBoolean() ? signature -> false : job -> job.endsWith("7");

      assertThat(index.size()).isEqualTo(entries.size());
      assertThat(index.nearest(asked, most, least, excluded))
          .as("seed %d, round %d, %d entries", seed, round, entries.size())
          .isEqualTo(bruteForce(metric, entries, asked, most, least, excluded));
    }
  }

  private static double[] nothing(Metric metric) {
    double[] values = new double[metric.coordinates()];
    Arrays.fill(values, Double.NaN);
    return values;
  }

  /** Bytes repeat every two ranges or more: what is as many apart must not be taken for near, or missed. */
  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 3})
  void nearest_valuesManyRangesApartAndAnyWeights_equalsBruteForce(int seed) {
    Random random = new Random(seed);
    Metric metric = new Metric(1e-7, 64, 1, 0.3, 3, 1e-5);
    Map<String, int[]> entries = new LinkedHashMap<>();
    for (int i = 0; i < 9_000; i++) {
      entries.put("job-" + i, metric.vector(manyRanges(random)));
    }
    SimilarityIndex index = SimilarityIndex.of(metric, entries);
    for (int round = 0; round < 20; round++) {
      int[] asked = metric.vector(manyRanges(random));

      assertThat(index.nearest(asked, 10, 0, signature -> false))
          .as("seed %d, round %d", seed, round)
          .isEqualTo(bruteForce(metric, entries, asked, 10, 0, signature -> false));
    }
  }

  private static double[] manyRanges(Random random) {
    return random
        .doubles(6)
        .map(value -> 2 * random.nextInt(5) - 4 + 0.1 * Math.rint(5 * value))
        .toArray();
  }

  @Test
  void nearest_allEqual_goBySignature() {
    Metric metric = new Metric(1, 2);
    Map<String, int[]> entries = new HashMap<>();
    for (int i = 0; i < 5_000; i++) {
      entries.put("job-" + i, metric.vector(0.25, 0.5));
    }
    SimilarityIndex index = SimilarityIndex.of(metric, entries);

    assertThat(index.nearest(metric.vector(0.25, 0.5), 3, 0, Set.of("job-1")::contains))
        .containsExactly(new Match("job-0", 1), new Match("job-10", 1), new Match("job-100", 1));
  }

  @Test
  void put_manyOneByOne_findsEach() {
    Metric metric = new Metric(1);
    SimilarityIndex index = new SimilarityIndex(metric);
    for (int i = 0; i < 20_000; i++) {
      index.put("job-" + i, metric.vector(i / 100.0));
      index.put("job-" + i, metric.vector((i + 0.5) / 100));
    }

    assertThat(index.size()).isEqualTo(20_000);
    assertThat(index.nearest(metric.vector(123.455), 1, 0, signature -> false))
        .containsExactly(new Match("job-12345", 1));
  }

  @Test
  void nearest_whileEntriesComeAndGo_neverFailsAndFindsWhatStays() throws InterruptedException {
    Metric metric = new Metric(1, 1);
    SimilarityIndex index = new SimilarityIndex(metric);
    index.put("stays", metric.vector(0.5, 0.5));
    AtomicBoolean done = new AtomicBoolean();
    AtomicReference<Throwable> failed = new AtomicReference<>();
    List<Thread> readers = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      Thread reader = new Thread(() -> {
        while (!done.get()) {
          List<Match> found = index.nearest(metric.vector(0.5, 0.5), 1, 0, signature -> false);
          if (!found.equals(List.of(new Match("stays", 1)))) {
            failed.set(new AssertionError(found.toString()));
            return;
          }
        }
      });
      reader.setUncaughtExceptionHandler((thread, error) -> failed.set(error));
      reader.start();
      readers.add(reader);
    }
    Random random = new Random(7);
    for (int i = 0; i < 30_000; i++) {
      String job = "job-" + random.nextInt(5_000);
      if (random.nextInt(4) == 0) {
        index.remove(job);
      } else {
        index.put(job, metric.vector(2 + random.nextDouble(), random.nextDouble()));
      }
    }
    done.set(true);
    for (Thread reader : readers) {
      reader.join();
    }

    assertThat(failed.get()).isNull();
  }

  /** The signatures count too: 30 letters each, which take 72 bytes. */
  @Test
  void entry_of16Coordinates_takesAtMost200Bytes() {
    Metric metric = new Metric(1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1);
    int entries = 150_000;
    Random random = new Random(3);
    long before = usedBytes();
    SimilarityIndex index = new SimilarityIndex(metric);
    for (int i = 0; i < entries; i++) {
      index.put(
          "nightly-etl-of-a-region-" + (100_000 + i),
          metric.vector(random.doubles(16).toArray()));
    }
    double bytes = (double) (usedBytes() - before) / entries;

    assertThat(index.size()).isEqualTo(entries);
    assertThat(bytes).isBetween(64.0, 200.0);
  }

  private static long usedBytes() {
    Runtime runtime = Runtime.getRuntime();
    long least = Long.MAX_VALUE;
    for (int i = 0; i < 4; i++) {
      System.gc();
      least = Math.min(least, runtime.totalMemory() - runtime.freeMemory());
    }
    return least;
  }

  @Test
  void wrongArguments_areRefused() {
    Metric metric = new Metric(1, 1);
    SimilarityIndex index = new SimilarityIndex(metric);

    assertThatThrownBy(() -> new Metric())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("1 to 16 coordinates can be compared, not 0");
    assertThatThrownBy(() -> new Metric(1, Double.NaN))
        .hasMessage("a weight must be more than 0 and at most 64, was NaN");
    assertThatThrownBy(() -> metric.vector(1)).hasMessage("a vector has 2 coordinates, not 1");
    assertThatThrownBy(() -> index.put("a", new int[3]))
        .hasMessage("a vector has 2 coordinates, not 3");
    assertThatThrownBy(() -> index.nearest(metric.vector(1, 1), 0, 0, signature -> false))
        .hasMessage("most must be 1 or more, was 0");
  }
}
