package io.sparkoptimizer;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * An amount of data. {@code GB} counts by 1,000 and {@code GiB} by 1,024.
 *
 * @param bytes zero or more
 */
public record DataSize(long bytes) implements Comparable<DataSize> {
  private static final Pattern SYNTAX =
      Pattern.compile("([0-9]+(?:\\.[0-9]+)?)\\s*([kmgtpKMGTP]?)([iI]?)([bB]?)");
  private static final String PREFIXES = "kmgtp";

  public DataSize {
    if (bytes < 0) {
      throw new IllegalArgumentException("a data size is 0 bytes or more, was " + bytes);
    }
  }

  public static DataSize bytes(long bytes) {
    return new DataSize(bytes);
  }

  public static DataSize mebibytes(long mebibytes) {
    return new DataSize(Math.multiplyExact(mebibytes, 1L << 20));
  }

  public static DataSize gibibytes(long gibibytes) {
    return new DataSize(Math.multiplyExact(gibibytes, 1L << 30));
  }

  /**
   * Reads {@code 50GB}, {@code 1.5TiB}, {@code 800 MB} or a plain number of bytes, whatever the
   * locale.
   *
   * @throws IllegalArgumentException if the text is none of these, or beyond 8 EiB
   */
  public static DataSize parse(String text) {
    Matcher matcher = SYNTAX.matcher(text.strip());
    if (!matcher.matches() || (!matcher.group(3).isEmpty() && matcher.group(2).isEmpty())) {
      throw new IllegalArgumentException(
          "\"" + text + "\" is no data size; expected a number and a unit, as 50GB, 1.5TiB, 800MB");
    }
    double amount = Double.parseDouble(matcher.group(1));
    int power = PREFIXES.indexOf(matcher.group(2).toLowerCase(Locale.ROOT)) + 1;
    if (matcher.group(2).isEmpty()) {
      power = 0;
    }
    double bytes = amount * Math.pow(matcher.group(3).isEmpty() ? 1000 : 1024, power);
    if (bytes >= Long.MAX_VALUE) {
      throw new IllegalArgumentException("\"" + text + "\" is beyond 8 EiB");
    }
    return new DataSize(Math.round(bytes));
  }

  @Override
  public int compareTo(DataSize other) {
    return Long.compare(bytes, other.bytes);
  }

  /** As people read it: {@code 1.5 GiB}, always with a point. */
  @Override
  public String toString() {
    if (bytes < 1024) {
      return bytes + " B";
    }
    int power = Math.min(PREFIXES.length(), (63 - Long.numberOfLeadingZeros(bytes)) / 10);
    return String.format(
        Locale.ROOT,
        "%.1f %siB",
        bytes / Math.pow(1024, power),
        PREFIXES.toUpperCase(Locale.ROOT).charAt(power - 1));
  }
}
