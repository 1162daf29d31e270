package io.sparkoptimizer.cli;

import java.time.Clock;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Points in time and ages. Without an offset a time is UTC, as all times that are printed. */
final class Times {
  private static final Pattern AGE = Pattern.compile(
      "(?:([0-9]{1,9})w)?\\s*(?:([0-9]{1,9})d)?\\s*(?:([0-9]{1,9})h)?\\s*(?:([0-9]{1,9})m)?"
          + "\\s*(?:([0-9]{1,9})s)?");

  private static final List<Function<String, Instant>> POINTS = List.of(
      text -> LocalDate.parse(text).atStartOfDay(ZoneOffset.UTC).toInstant(),
      text -> LocalDateTime.parse(text).toInstant(ZoneOffset.UTC),
      text -> OffsetDateTime.parse(text).toInstant());

  private Times() {}

  private static Duration age(String text, String wanted) {
    Matcher units = AGE.matcher(text.strip().toLowerCase(Locale.ROOT));
    Duration age = Duration.ZERO;
    if (units.matches()) {
      age = Duration.ofDays(7 * number(units.group(1)) + number(units.group(2)))
          .plusHours(number(units.group(3)))
          .plusMinutes(number(units.group(4)))
          .plusSeconds(number(units.group(5)));
    }
    if (age.isZero()) {
      throw new TypeConversionException("'" + text + "'; expected " + wanted);
    }
    return age;
  }

  private static long number(String digits) {
    return digits == null ? 0 : Long.parseLong(digits);
  }

  /** {@code 90s}, {@code 36h}, {@code 7d}, {@code 2w}, or several units together. */
  static final class Age implements ITypeConverter<Duration> {
    @Override
    public Duration convert(String text) {
      return age(text, "an age with its unit, as 36h, 7d or 2w");
    }
  }

  /** A date, a date with a time, or an age. */
  static final class Since implements ITypeConverter<Instant> {
    @Override
    public Instant convert(String text) {
      for (Function<String, Instant> point : POINTS) {
        try {
          return point.apply(text.strip().toUpperCase(Locale.ROOT).replace(' ', 'T'));
        } catch (DateTimeException notThis) {
          // the next
        }
      }
      Duration age = age(
          text, "a date, a date with a time, or an age, as 2026-11-01, 2026-11-01T06:00Z or 7d");
      return Clock.systemUTC().instant().minus(age);
    }
  }
}
