package io.sparkoptimizer.spark;

import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Reads Spark properties as Spark does: memory in every unit ({@code 30720m}, {@code 30g}, {@code
 * 1.5g} is refused, plain numbers), counts, switches. A value that Spark would refuse is empty here.
 */
public final class SparkSettings {
  /** What the property of a parameter of the work begins with; its name follows. */
  public static final String PARAMETER_PREFIX = "spark.sparkoptimizer.parameter.";

  private static final Pattern TIME = Pattern.compile("([0-9]{1,18})\\s*([a-z]*)");
  private static final Pattern SIZE = Pattern.compile("(-?[0-9]+)\\s*([a-z]*)");

  /** Spark counts MiB in an int. */
  private static final long MOST_MB = Integer.MAX_VALUE;

  private SparkSettings() {}

  /**
   * A memory setting in MiB, rounded up. A plain number is MiB for {@code *.memoryOverhead} and {@code
   * *.pyspark.memory}, bytes for all others, as in Spark.
   */
  public static OptionalLong memoryMb(Map<String, String> properties, String property) {
    boolean mebibytes = property.endsWith("memoryOverhead") || property.endsWith("pyspark.memory");
    OptionalLong bytes = bytes(properties.get(property), mebibytes ? 1L << 20 : 1);
    long mb = bytes.isPresent() ? ((bytes.getAsLong() - 1) >> 20) + 1 : 0;
    return mb > 0 && mb <= MOST_MB ? OptionalLong.of(mb) : OptionalLong.empty();
  }

  /** A size in bytes; a plain number is bytes. */
  public static OptionalLong sizeBytes(Map<String, String> properties, String property) {
    return bytes(properties.get(property), 1);
  }

  private static OptionalLong bytes(@Nullable String text, long unit) {
    if (text == null) {
      return OptionalLong.empty();
    }
    Matcher matcher = SIZE.matcher(text.strip().toLowerCase(Locale.ROOT));
    if (!matcher.matches()) {
      return OptionalLong.empty();
    }
    long factor = switch (matcher.group(2)) {
      case "" -> unit;
      case "b" -> 1L;
      case "k", "kb" -> 1L << 10;
      case "m", "mb" -> 1L << 20;
      case "g", "gb" -> 1L << 30;
      case "t", "tb" -> 1L << 40;
      case "p", "pb" -> 1L << 50;
      default -> 0L;
    };
    try {
      long amount = Math.multiplyExact(Long.parseLong(matcher.group(1)), factor);
      return amount > 0 ? OptionalLong.of(amount) : OptionalLong.empty();
    } catch (NumberFormatException | ArithmeticException beyond) {
      return OptionalLong.empty();
    }
  }

  /** A count of zero or more. */
  public static OptionalInt count(Map<String, String> properties, String property) {
    String text = properties.get(property);
    try {
      int count = text == null ? -1 : Integer.parseInt(text.strip());
      return count >= 0 ? OptionalInt.of(count) : OptionalInt.empty();
    } catch (NumberFormatException notOne) {
      return OptionalInt.empty();
    }
  }

  /** A switch. */
  public static Optional<Boolean> flag(Map<String, String> properties, String property) {
    String text = properties.get(property);
    return text == null
        ? Optional.empty()
        : switch (text.strip().toLowerCase(Locale.ROOT)) {
          case "true" -> Optional.of(true);
          case "false" -> Optional.of(false);
          default -> Optional.empty();
        };
  }

  /**
   * A time above zero, in milliseconds.
   *
   * @param unitMs what a number without a unit stands for: Spark's properties differ in it
   */
  public static OptionalDouble timeMs(
      Map<String, String> properties, String property, double unitMs) {
    String text = properties.get(property);
    Matcher time = TIME.matcher(text == null ? "" : text.strip().toLowerCase(Locale.ROOT));
    if (!time.matches()) {
      return OptionalDouble.empty();
    }
    double ms = Double.parseDouble(time.group(1))
        * switch (time.group(2)) {
          case "" -> unitMs;
          case "us" -> 1e-3;
          case "ms" -> 1.0;
          case "s" -> 1e3;
          case "m", "min" -> 6e4;
          case "h" -> 36e5;
          case "d" -> 864e5;
          default -> 0.0;
        };
    return ms > 0 ? OptionalDouble.of(ms) : OptionalDouble.empty();
  }

  /** A number above zero. */
  public static OptionalDouble fraction(Map<String, String> properties, String property) {
    String text = properties.get(property);
    try {
      double value = text == null ? -1 : Double.parseDouble(text.strip());
      return value > 0 ? OptionalDouble.of(value) : OptionalDouble.empty();
    } catch (NumberFormatException notOne) {
      return OptionalDouble.empty();
    }
  }
}
