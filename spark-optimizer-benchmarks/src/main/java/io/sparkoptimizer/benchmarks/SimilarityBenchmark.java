package io.sparkoptimizer.benchmarks;

import io.sparkoptimizer.core.similarity.Match;
import io.sparkoptimizer.core.similarity.Metric;
import io.sparkoptimizer.core.similarity.SimilarityIndex;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Time to find the 10 most alike of a million works of 16 features: what does the index save over looking
 * at all of them, and what is the least that that can take? Each invocation asks another of 64 questions.
 * Run with {@code -Djmh=SimilarityBenchmark}.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(value = 1, jvmArgsAppend = "-Xmx2g")
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@SuppressWarnings("NullAway.Init") // JMH sets the parameters, then calls prepare
public class SimilarityBenchmark {
  private static final int FEATURES = 16;
  private static final int BEST = 10;

  /** Entries of a column that are looked at together. */
  private static final int COLUMN = 4_096;

  /** What a missing value is in a vector of {@link Metric}. */
  private static final int MISSING = 1 << 30;

  private static final double[] WEIGHTS = {2, 3, 2, 1, 1, 1, 0.5, 1, 1, 1, 1, 1, 1, 1, 1, 1};

  /**
   * {@code clustered}: 1,000 kinds of work, of unequal size, features 0.05 of their range off their kind's;
   * {@code uniform}: the worst, where nothing is near anything.
   */
  @Param({"clustered", "uniform"})
  String data;

  /**
   * {@code none}; {@code groups}: three features in a fifth, eight in a tenth of the entries, as one source
   * reports them together; {@code anywhere}: each feature of each entry in one of ten cases.
   */
  @Param({"none", "groups", "anywhere"})
  String missing;

  @Param("1000000")
  int entries;

  private final Random random = new Random(6);
  private Metric metric;
  private float[] rows;
  private int[][][] columns;
  private float[][] questions;
  private int[][] vectors;
  private SimilarityIndex index;
  private int next;

  @Setup
  public void prepare() {
    double[][] centres = new double[1_000][];
    for (int i = 0; i < centres.length; i++) {
      centres[i] = random.doubles(FEATURES).map(value -> 3 * value).toArray();
    }
    metric = new Metric(WEIGHTS);
    rows = new float[entries * FEATURES];
    columns = new int[(entries + COLUMN - 1) / COLUMN][FEATURES][COLUMN];
    Map<String, int[]> works = new HashMap<>(2 * entries);
    for (int i = 0; i < entries; i++) {
      double[] work = work(centres);
      leaveOut(work);
      int[] vector = metric.vector(work);
      works.put("nightly-etl-of-a-region-" + i, vector);
      for (int j = 0; j < FEATURES; j++) {
        columns[i / COLUMN][j][i % COLUMN] = vector[j];
        rows[i * FEATURES + j] = (float) work[j];
      }
    }
    index = SimilarityIndex.of(metric, works);
    questions = new float[64][FEATURES];
    vectors = new int[questions.length][];
    for (int i = 0; i < questions.length; i++) {
      double[] work = work(centres);
      if (i % 2 == 1) {
        leaveOut(work);
      }
      vectors[i] = metric.vector(work);
      for (int j = 0; j < FEATURES; j++) {
        questions[i][j] = (float) work[j];
      }
    }
  }

  private double[] work(double[][] centres) {
    if (data.equals("uniform")) {
      return random.doubles(FEATURES).toArray();
    }
    double part = random.nextDouble();
    double[] centre = centres[(int) (centres.length * part * part)];
    return Arrays.stream(centre)
        .map(value -> value + 0.05 * random.nextGaussian())
        .toArray();
  }

  private void leaveOut(double[] work) {
    switch (missing) {
      case "groups" -> {
        double part = random.nextDouble();
        if (part < 0.2) {
          Arrays.fill(work, 1, 4, Double.NaN);
        } else if (part < 0.3) {
          Arrays.fill(work, 8, 16, Double.NaN);
        }
      }
      case "anywhere" -> {
        for (int j = 0; j < FEATURES; j++) {
          if (random.nextInt(10) == 0) {
            work[j] = Double.NaN;
          }
        }
      }
      default -> {}
    }
  }

  @Benchmark
  public List<Match> index() {
    return index.nearest(vectors[next++ & 63], BEST, 0, signature -> false);
  }

  /** All entries in one array, every feature of every one. */
  @Benchmark
  public double[] flatScan() {
    float[] question = questions[next++ & 63];
    double[] best = new double[BEST];
    for (int row = 0; row < rows.length; row += FEATURES) {
      float apart = 0;
      float common = 0;
      for (int j = 0; j < FEATURES; j++) {
        float distance = Math.abs(rows[row + j] - question[j]);
        // NaN is neither.
        if (distance < 1) {
          apart += (float) WEIGHTS[j] * distance;
          common += (float) WEIGHTS[j];
        } else if (distance >= 1) {
          apart += (float) WEIGHTS[j];
          common += (float) WEIGHTS[j];
        }
      }
      keep(best, common == 0 ? 0 : 1 - apart / common);
    }
    return best;
  }

  /** The same, each entry given up when the features so far rule it out, looked at after every four. */
  @Benchmark
  public double[] flatScanAbandoning() {
    float[] question = questions[next++ & 63];
    double[] best = new double[BEST];
    float weights = 0;
    for (double weight : WEIGHTS) {
      weights += (float) weight;
    }
    entries:
    for (int row = 0; row < rows.length; row += FEATURES) {
      float apart = 0;
      float common = 0;
      float most = (float) (1 - best[BEST - 1]) * weights;
      for (int from = 0; from < FEATURES; from += 4) {
        for (int j = from; j < from + 4; j++) {
          float distance = Math.abs(rows[row + j] - question[j]);
          if (distance < 1) {
            apart += (float) WEIGHTS[j] * distance;
            common += (float) WEIGHTS[j];
          } else if (distance >= 1) {
            apart += (float) WEIGHTS[j];
            common += (float) WEIGHTS[j];
          }
        }
        if (apart > most) {
          continue entries;
        }
      }
      keep(best, common == 0 ? 0 : 1 - apart / common);
    }
    return best;
  }

  /**
   * All entries, a feature at a time in loops that the compiler makes ones of vector instructions: for
   * some thousands of entries, what they are apart in excess of what the best so far allow.
   */
  @Benchmark
  public double[] flatScanByColumn() {
    int[] question = vectors[next++ & 63];
    double[] best = new double[BEST];
    int[] sums = new int[COLUMN];
    int[] work = new int[FEATURES];
    for (int part = 0; part < columns.length; part++) {
      double threshold = 1 - best[BEST - 1];
      Arrays.fill(sums, 0);
      for (int j = 0; j < FEATURES; j++) {
        if (question[j] != MISSING) {
          int cap = (int) (WEIGHTS[j] * (1 << 20));
          int allowed = (int) Math.ceil(threshold * cap);
          add(sums, columns[part][j], question[j], cap, cap - allowed);
        }
      }
      for (int i = 0; i < COLUMN && part * COLUMN + i < entries; i++) {
        if (sums[i] < 0) {
          for (int j = 0; j < FEATURES; j++) {
            work[j] = columns[part][j][i];
          }
          keep(best, metric.similarity(question, work));
        }
      }
    }
    return best;
  }

  /** A missing value is far from all others, and adds nothing. */
  private static void add(int[] sums, int[] column, int asked, int cap, int capLessAllowed) {
    for (int i = 0; i < sums.length; i++) {
      int distance = Math.abs(column[i] - asked);
      int overCap = distance - cap;
      int known = (distance - (MISSING >> 1)) >> 31;
      sums[i] += ((overCap & overCap >> 31) + capLessAllowed) & known;
    }
  }

  private static void keep(double[] best, double similarity) {
    if (similarity > best[BEST - 1]) {
      int at = BEST - 1;
      while (at > 0 && similarity > best[at - 1]) {
        best[at] = best[at - 1];
        at--;
      }
      best[at] = similarity;
    }
  }

  /** The limit of any scan: to read the same bytes once. */
  @Benchmark
  public int readAll() {
    int sum = 0;
    for (float value : rows) {
      sum += Float.floatToRawIntBits(value);
    }
    return sum;
  }
}
