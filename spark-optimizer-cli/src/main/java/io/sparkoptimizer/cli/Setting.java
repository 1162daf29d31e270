package io.sparkoptimizer.cli;

import java.time.LocalDate;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.Locale;
import java.util.function.DoublePredicate;
import java.util.function.Predicate;

/**
 * A key of the configuration.
 *
 * @param key dotted
 * @param stand a value that is right, which takes the place of a wrong one while the others are
 *     checked
 * @param wanted what is right, in words
 * @param fits what is right
 */
record Setting(String key, String stand, String wanted, Predicate<String> fits) {
  /** Every key there is; {@code cloud.*} belongs to collectors and is passed on unseen. */
  static final List<Setting> ALL = List.of(
      new Setting(
          "database.url",
          "sqlite:///unused.db",
          "sqlite:///file, postgresql://user:password@host/db, mysql://... or a jdbc: URL",
          text -> text.matches("(?s)(jdbc:|sqlite://|postgres(ql)?://|mysql://|mariadb://).+")),
      count("database.pool_size", "10", 1),
      count("database.max_overflow", "20", 0),
      number("recommendations.similarity_threshold", "0.7", "0 to 1", x -> x >= 0 && x <= 1),
      count("recommendations.min_similar_jobs", "3", 1),
      count("recommendations.max_similar_jobs", "10", 1),
      number("recommendations.weights.performance", "0.5", "0 or more", x -> x >= 0),
      number("recommendations.weights.cost", "0.5", "0 or more", x -> x >= 0),
      count("recommendations.max_runs", "20", 1),
      new Setting(
          "recommendations.method",
          "rules",
          "a recommender's name, of a to z, 0 to 9 and -",
          text -> text.matches("[a-z][a-z0-9-]*")),
      number("prices.per_core_hour", "0", "0 or more", x -> x >= 0),
      number("prices.per_gb_hour", "0", "0 or more", x -> x >= 0),
      new Setting(
          "prices.currency",
          "USD",
          "three capital letters, as USD",
          text -> text.matches("[A-Z]{3}")),
      new Setting("prices.date", "2026-01-01", "a day as 2026-11-01", Setting::isDay),
      new Setting(
          "prices.source", "configured", "where the prices are from, in words", text -> true),
      new Setting(
          "log.level",
          "warn",
          "trace, debug, info, warn, error or off",
          text -> Configuration.LEVELS.contains(text.toLowerCase(Locale.ROOT))));

  private static Setting count(String key, String stand, int least) {
    return number(
        key,
        stand,
        "a whole number, " + least + " or more",
        x -> x >= least && x <= 1_000_000 && x == Math.rint(x));
  }

  private static Setting number(String key, String stand, String wanted, DoublePredicate fits) {
    return new Setting(key, stand, wanted, text -> {
      try {
        double value = Double.parseDouble(text);
        return Double.isFinite(value) && fits.test(value);
      } catch (NumberFormatException notOne) {
        return false;
      }
    });
  }

  private static boolean isDay(String text) {
    try {
      LocalDate.parse(text);
      return true;
    } catch (DateTimeParseException notOne) {
      return false;
    }
  }

  /** Its environment variable. */
  String variable() {
    return Configuration.PREFIX + key.replace('.', '_').toUpperCase(Locale.ROOT);
  }
}
