package io.sparkoptimizer.core.similarity;

import io.sparkoptimizer.JobType;
import java.util.Locale;

/**
 * What describes the work of a run, never its configuration. Sizes are compared by their ratio, up to a
 * range at which two have nothing in common; shares and ratios by their difference; words are equal or not.
 */
public enum Feature {
  /** Kind of work, a word. */
  JOB_TYPE(2, Scale.WORD, 1),

  /** External bytes read. */
  INPUT_BYTES(3, Scale.SIZE, Feature.FARTHEST),

  /** Bytes shuffled over bytes read, r / (1 + r), in [0, 1). */
  SHUFFLE_RATIO(2, Scale.SHARE, 1),

  /** Bytes written over bytes read, in the same form. */
  OUTPUT_RATIO(1, Scale.SHARE, 1),

  /** CPU time over run time, in [0, 1]. */
  CPU_SHARE(1, Scale.SHARE, 1),

  /** Stage attempts that ran. */
  STAGES(1, Scale.SIZE, 10),

  /** Tasks. Their count follows the partitions that were configured as much as the work. */
  TASKS(0.5, Scale.SIZE, Feature.FARTHEST);

  /** Sizes that are this factor apart have nothing in common. */
  private static final double FARTHEST = 100;

  static final Metric METRIC = metric();

  private final double weight;
  private final Scale scale;
  private final double range;

  Feature(double weight, Scale scale, double range) {
    this.weight = weight;
    this.scale = scale;
    this.range = range;
  }

  private enum Scale {
    WORD,
    SIZE,
    SHARE
  }

  private static Metric metric() {
    double[] weights = new double[values().length];
    for (Feature feature : values()) {
      weights[feature.index()] = feature.weight;
    }
    return new Metric(weights);
  }

  /** What it counts for beside the others. */
  public double weight() {
    return weight;
  }

  /** The word in answers: {@code input_bytes}. */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  @SuppressWarnings("EnumOrdinal") // an index within one process, never stored
  int index() {
    return ordinal();
  }

  /** Where a value lies on an axis on which 1 apart is nothing in common. */
  double coordinate(double value) {
    return scale == Scale.SIZE ? Math.log(value) / Math.log(range) : value;
  }

  /** A coordinate as people read it. */
  @SuppressWarnings("EnumOrdinal") // an index within one process, never stored
  String text(double coordinate) {
    if (Double.isNaN(coordinate)) {
      return "unknown";
    }
    return switch (scale) {
      case WORD -> JobType.values()[(int) Math.round(coordinate)].word();
      case SIZE -> String.format(Locale.ROOT, "%.4g", Math.pow(range, coordinate));
      case SHARE -> String.format(Locale.ROOT, "%.3f", coordinate);
    };
  }
}
