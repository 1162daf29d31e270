package io.sparkoptimizer.cli;

import io.sparkoptimizer.Backtest;
import io.sparkoptimizer.DataSize;
import io.sparkoptimizer.JobType;
import io.sparkoptimizer.Platform;
import io.sparkoptimizer.Priority;
import io.sparkoptimizer.WhatIf;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Option values. Picocli puts the option's name before each message. */
final class Converters {
  /** Most values in one list: beyond it, somebody mistyped a range. */
  static final int MOST_VALUES = 1000;

  private static final Pattern NUMBER = Pattern.compile("[0-9]+(\\.[0-9]+)?|\\.[0-9]+");
  private static final Pattern TIME =
      Pattern.compile("(?:([0-9.]+)h)?\\s*(?:([0-9.]+)m(?:in)?)?\\s*(?:([0-9.]+)s)?");
  private static final Pattern MEMORY = Pattern.compile("([0-9]+)\\s*([mgt])(i?b)?");
  private static final Pattern RANGE = Pattern.compile("([0-9]+)\\s*\\.\\.\\s*([0-9]+)");

  private Converters() {}

  private static TypeConversionException refuse(String text, String wanted) {
    return new TypeConversionException("'" + text + "'; expected " + wanted);
  }

  private static String lower(String text) {
    return text.strip().toLowerCase(Locale.ROOT);
  }

  static final class Size implements ITypeConverter<DataSize> {
    @Override
    public DataSize convert(String text) {
      try {
        DataSize size = DataSize.parse(text);
        if (size.bytes() > 0) {
          return size;
        }
      } catch (IllegalArgumentException notOne) {
        // told below
      }
      throw refuse(text, "a size above 0 with its unit, as 50GB, 1.5TiB or 800MB");
    }
  }

  /** A finite number above 0. */
  static final class Positive implements ITypeConverter<Double> {
    @Override
    public Double convert(String text) {
      double value = NUMBER.matcher(text.strip()).matches() ? Double.parseDouble(text) : 0;
      if (value > 0 && Double.isFinite(value)) {
        return value;
      }
      throw refuse(text, "a number above 0");
    }
  }

  /** Between 0 and 1, neither of them. */
  static final class Share implements ITypeConverter<Double> {
    @Override
    public Double convert(String text) {
      double value = NUMBER.matcher(text.strip()).matches() ? Double.parseDouble(text) : 0;
      if (value > 0 && value < 1) {
        return value;
      }
      throw refuse(text, "a number between 0 and 1, as 0.9");
    }
  }

  static final class Count implements ITypeConverter<Integer> {
    @Override
    public Integer convert(String text) {
      return count(text, text);
    }
  }

  private static int count(String text, String whole) {
    try {
      int value = Integer.parseInt(text.strip());
      if (value >= 1) {
        return value;
      }
    } catch (NumberFormatException notOne) {
      // told below
    }
    throw refuse(whole, "a whole number, 1 or more");
  }

  /** Minutes, or {@code 90s}, {@code 15m}, {@code 1h}, {@code 1h30m}. */
  static final class Time implements ITypeConverter<Duration> {
    @Override
    public Duration convert(String text) {
      String lower = lower(text);
      double seconds = 0;
      Matcher units = TIME.matcher(lower);
      if (NUMBER.matcher(lower).matches()) {
        seconds = 60 * Double.parseDouble(lower);
      } else if (units.matches()) {
        seconds = 3600 * part(units.group(1)) + 60 * part(units.group(2)) + part(units.group(3));
      }
      long millis = Math.round(1000 * seconds); // NaN becomes 0
      if (millis > 0 && millis < Long.MAX_VALUE) {
        return Duration.ofMillis(millis);
      }
      throw refuse(text, "minutes, or a time as 90s, 15m, 1h or 1h30m");
    }

    private static double part(String number) {
      if (number == null) {
        return 0;
      }
      return NUMBER.matcher(number).matches() ? Double.parseDouble(number) : Double.NaN;
    }
  }

  /** {@code 4}, {@code 1,2,4}, {@code 1..8}, or a mixture. */
  static final class Counts implements ITypeConverter<List<Integer>> {
    @Override
    public List<Integer> convert(String text) {
      List<Integer> values = new ArrayList<>();
      for (String part : text.split(",", -1)) {
        Matcher range = RANGE.matcher(part.strip());
        int from = count(range.matches() ? range.group(1) : part, text);
        int to = range.matches() ? count(range.group(2), text) : from;
        if (from > to) {
          throw refuse(text, "a range that goes up, as 1..8");
        }
        if (values.size() + (long) to - from + 1 > MOST_VALUES) {
          throw refuse(text, "at most " + MOST_VALUES + " values");
        }
        for (int value = from; value <= to; value++) {
          values.add(value);
        }
      }
      return List.copyOf(values);
    }
  }

  /** Heap sizes in MiB: {@code 4g}, {@code 4g,8g,12288m}. */
  static final class Memory implements ITypeConverter<List<Long>> {
    @Override
    public List<Long> convert(String text) {
      List<Long> values = new ArrayList<>();
      for (String part : text.split(",", -1)) {
        Matcher size = MEMORY.matcher(lower(part));
        if (!size.matches() || size.group(1).length() > 9 || Long.parseLong(size.group(1)) < 1) {
          throw refuse(text, "memory with its unit, as 4g or 4096m");
        }
        long factor = switch (size.group(2)) {
          case "m" -> 1;
          case "g" -> 1 << 10;
          default -> 1 << 20;
        };
        values.add(Long.parseLong(size.group(1)) * factor);
      }
      return List.copyOf(values);
    }
  }

  static final class Bounds implements ITypeConverter<WhatIf.Bounds> {
    @Override
    public WhatIf.Bounds convert(String text) {
      String[] parts = text.split(":", -1);
      try {
        if (parts.length == 2) {
          return new WhatIf.Bounds(
              Integer.parseInt(parts[0].strip()), Integer.parseInt(parts[1].strip()));
        }
      } catch (IllegalArgumentException notOne) {
        // told below
      }
      throw refuse(text, "MIN:MAX, as 2:20");
    }
  }

  /** One of a few words, in either case. */
  private static <E> E word(String text, E[] all, Function<E, String> word) {
    return Arrays.stream(all)
        .filter(one -> word.apply(one).equals(lower(text)))
        .findFirst()
        .orElseThrow(() -> refuse(
            text, "one of " + String.join(", ", Arrays.stream(all).map(word).toList())));
  }

  static final class JobTypes implements ITypeConverter<JobType>, Iterable<String> {
    @Override
    public JobType convert(String text) {
      return word(text, JobType.values(), JobType::word);
    }

    @Override
    public Iterator<String> iterator() {
      return Arrays.stream(JobType.values()).map(JobType::word).iterator();
    }
  }

  static final class Priorities implements ITypeConverter<Priority>, Iterable<String> {
    @Override
    public Priority convert(String text) {
      return word(text, Priority.values(), Priority::word);
    }

    @Override
    public Iterator<String> iterator() {
      return Arrays.stream(Priority.values()).map(Priority::word).iterator();
    }
  }

  static final class Platforms implements ITypeConverter<Platform>, Iterable<String> {
    @Override
    public Platform convert(String text) {
      return word(text, Platform.values(), Platform::word);
    }

    @Override
    public Iterator<String> iterator() {
      return Arrays.stream(Platform.values()).map(Platform::word).iterator();
    }
  }

  static final class Protocols implements ITypeConverter<String>, Iterable<String> {
    private static final String[] ALL = {
      "leave-one-out", "split", "points", "extrapolate", "leave-context-out"
    };

    @Override
    public String convert(String text) {
      return word(text, ALL, Function.identity());
    }

    @Override
    public Iterator<String> iterator() {
      return Arrays.asList(ALL).iterator();
    }
  }

  static final class Sizes implements ITypeConverter<Backtest.Size>, Iterable<String> {
    @Override
    public Backtest.Size convert(String text) {
      return word(text, Backtest.Size.values(), Backtest.Size::word);
    }

    @Override
    public Iterator<String> iterator() {
      return Arrays.stream(Backtest.Size.values()).map(Backtest.Size::word).iterator();
    }
  }

  /** The formats that every command has. */
  static final class Formats implements ITypeConverter<OutputFormat>, Iterable<String> {
    private static final OutputFormat[] ALL = {OutputFormat.TABLE, OutputFormat.JSON};

    @Override
    public OutputFormat convert(String text) {
      return word(text, ALL, OutputFormat::word);
    }

    @Override
    public Iterator<String> iterator() {
      return Arrays.stream(ALL).map(OutputFormat::word).iterator();
    }
  }

  /** These, and a page. */
  static final class WhatIfFormats implements ITypeConverter<OutputFormat>, Iterable<String> {
    private static final OutputFormat[] ALL = {
      OutputFormat.TABLE, OutputFormat.JSON, OutputFormat.HTML
    };

    @Override
    public OutputFormat convert(String text) {
      return word(text, ALL, OutputFormat::word);
    }

    @Override
    public Iterator<String> iterator() {
      return Arrays.stream(ALL).map(OutputFormat::word).iterator();
    }
  }

  /** Table and JSON, and what a submission can use. */
  static final class RecommendFormats implements ITypeConverter<OutputFormat>, Iterable<String> {
    private static final OutputFormat[] ALL = {
      OutputFormat.TABLE,
      OutputFormat.JSON,
      OutputFormat.SPARK_SUBMIT,
      OutputFormat.SPARK_SUBMIT_ARGS,
      OutputFormat.SPARK_DEFAULTS
    };

    @Override
    public OutputFormat convert(String text) {
      return word(text, ALL, OutputFormat::word);
    }

    @Override
    public Iterator<String> iterator() {
      return Arrays.stream(ALL).map(OutputFormat::word).iterator();
    }
  }
}
