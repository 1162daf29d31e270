package io.sparkoptimizer.cli;

import io.sparkoptimizer.CollectionReport;
import io.sparkoptimizer.DataSize;
import io.sparkoptimizer.Interval;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.regex.Pattern;

/** Figures as people read them, the same in every locale. What is not known is a dash. */
final class Text {
  static final String UNKNOWN = "-";
  static final int WIDTH = 100;

  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss", Locale.ROOT).withZone(ZoneOffset.UTC);

  private static final Pattern TRAILING_ZEROS = Pattern.compile("\\.?0+$");
  private static final Pattern SPACES = Pattern.compile("\\s+");

  private Text() {}

  /** {@code 450 ms}, {@code 3.2 s}, {@code 12 min 30 s}, {@code 5 h 02 min}. */
  static String duration(double ms) {
    long whole = Math.round(ms);
    if (whole < 1000) {
      return whole + " ms";
    }
    if (whole < 59_950) {
      return format("%.1f s", whole / 1000.0);
    }
    long seconds = Math.round(whole / 1000.0);
    if (seconds < 3600) {
      return format("%d min %02d s", seconds / 60, seconds % 60);
    }
    long minutes = Math.round(seconds / 60.0);
    return minutes < 48 * 60
        ? format("%d h %02d min", minutes / 60, minutes % 60)
        : format("%d d %02d h", Math.round(minutes / 60.0) / 24, Math.round(minutes / 60.0) % 24);
  }

  static String duration(OptionalLong ms) {
    return ms.isPresent() ? duration((double) ms.getAsLong()) : UNKNOWN;
  }

  /** An expected time and, in brackets, the interval around it. */
  static String duration(Optional<Interval> ms) {
    return ms.map(interval -> duration(interval.expected()) + " (" + duration(interval.low())
            + " to " + duration(interval.high()) + ")")
        .orElse(UNKNOWN);
  }

  static String bytes(OptionalLong bytes) {
    return bytes.isPresent() && bytes.getAsLong() >= 0
        ? DataSize.bytes(bytes.getAsLong()).toString()
        : UNKNOWN;
  }

  /** A Spark memory setting: {@code 8 GiB}, {@code 1500 MiB}. */
  static String memory(OptionalLong mb) {
    if (mb.isEmpty()) {
      return UNKNOWN;
    }
    long value = mb.getAsLong();
    return value >= 1024 && value % 1024 == 0 ? value / 1024 + " GiB" : value + " MiB";
  }

  static String count(OptionalInt count) {
    return count.isPresent() ? count(count.getAsInt()) : UNKNOWN;
  }

  static String count(long count) {
    return format("%,d", count);
  }

  static String hours(double hours) {
    return format(hours < 10 ? "%.2f" : "%,.1f", hours);
  }

  static String hours(OptionalDouble hours) {
    return hours.isPresent() ? hours(hours.getAsDouble()) : UNKNOWN;
  }

  /** Cents, or what a small amount needs to be more than nothing: {@code 0.0042 USD}. */
  static String money(double amount, String currency) {
    double size = Math.abs(amount);
    return format(size == 0 || size >= 0.1 ? "%,.2f %s" : "%.4f %s", amount, currency);
  }

  static String money(OptionalDouble amount, String currency) {
    return amount.isPresent() ? money(amount.getAsDouble(), currency) : UNKNOWN;
  }

  static String money(Optional<Interval> amount, String currency) {
    return amount
        .map(interval -> money(interval.expected(), currency) + " ("
            + money(interval.low(), currency) + " to " + money(interval.high(), currency) + ")")
        .orElse(UNKNOWN);
  }

  static String percent(double share) {
    return format("%.0f %%", 100 * share);
  }

  static String percent(OptionalDouble share) {
    return share.isPresent() ? percent(share.getAsDouble()) : UNKNOWN;
  }

  /** A figure of any size: at most three digits after the point, and none that say nothing. */
  static String figure(double value) {
    if (!(Math.abs(value) < 1000)) {
      return format("%,.0f", value);
    }
    String text = format("%.3f", value);
    return TRAILING_ZEROS.matcher(text).replaceFirst("");
  }

  /** A metric's figure in the unit that its name ends in. */
  static String measured(String metric, double value) {
    if (metric.endsWith("_ms")) {
      return duration(value);
    }
    if (metric.endsWith("_bytes") && value >= 0) {
      return bytes(OptionalLong.of(Math.round(value)));
    }
    return metric.endsWith("_mb") ? memory(OptionalLong.of(Math.round(value))) : figure(value);
  }

  static String measured(String metric, OptionalDouble value) {
    return value.isPresent() ? measured(metric, value.getAsDouble()) : UNKNOWN;
  }

  /** {@code 1 run}, {@code 2 runs}. */
  static String plural(long count, String one) {
    return count(count) + " " + one + (count == 1 ? "" : "s");
  }

  /** {@code 42 logs read: 1.3 MiB in 0.8 s, 52 logs/s, 1.7 MB/s}. */
  /**
   * @param unit what was read: {@code log}
   */
  static String throughput(CollectionReport.Reading reading, String unit) {
    double seconds = Math.max(1, reading.durationMs()) / 1000.0;
    return format(
        "%s read: %s in %s, %s %ss/s, %s MB/s",
        plural(reading.inputs(), unit),
        bytes(OptionalLong.of(reading.bytes())),
        duration((double) reading.durationMs()),
        format("%,.0f", reading.inputs() / seconds),
        unit,
        format("%,.1f", reading.bytes() / 1e6 / seconds));
  }

  /** In UTC; say so beside it. */
  static String time(OptionalLong epochMs) {
    return epochMs.isPresent() ? TIME.format(Instant.ofEpochMilli(epochMs.getAsLong())) : UNKNOWN;
  }

  /** A text from a log, which must not speak to the terminal. */
  static String clean(String text) {
    StringBuilder cleaned = new StringBuilder(text.length());
    text.codePoints()
        .map(c -> Character.isISOControl(c)
                || Character.getType(c) == Character.FORMAT
                || Character.getType(c) == Character.LINE_SEPARATOR
                || Character.getType(c) == Character.PARAGRAPH_SEPARATOR
            ? '?'
            : c)
        .forEach(cleaned::appendCodePoint);
    return cleaned.toString();
  }

  /** Cleaned, and cut to so many characters. */
  static String cut(String text, int most) {
    String cleaned = clean(text);
    return cleaned.codePointCount(0, cleaned.length()) <= most
        ? cleaned
        : cleaned.substring(0, cleaned.offsetByCodePoints(0, most - 3)) + "...";
  }

  /** Lines of at most {@link #WIDTH} characters, each after the indent. */
  static List<String> wrap(String text, String indent) {
    List<String> lines = new ArrayList<>();
    for (String paragraph : text.lines().toList()) {
      StringBuilder line = new StringBuilder(indent);
      for (String word : SPACES.split(clean(paragraph).strip(), -1)) {
        if (line.length() > indent.length() && line.length() + 1 + word.length() > WIDTH) {
          lines.add(line.toString());
          line = new StringBuilder(indent);
        }
        line.append(line.length() > indent.length() ? " " : "").append(word);
      }
      lines.add(line.toString());
    }
    return lines;
  }

  static String format(String pattern, Object... figures) {
    return String.format(Locale.ROOT, pattern, figures);
  }
}
