package io.sparkoptimizer.core.table;

import java.util.Locale;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.regex.Pattern;

/** Numbers as tables write them: a point for the fraction, no separators of thousands, whatever the locale. */
final class Numbers {
  /** Java's own parser also takes {@code 1d}, {@code 0x1p3}, {@code NaN}. */
  private static final Pattern NUMBER = Pattern.compile(
      "[+-]?(?:[0-9]{1,400}(?:\\.[0-9]{0,400})?|\\.[0-9]{1,400})(?:[eE][+-]?[0-9]{1,3})?");

  private static final Set<String> TRUTH = Set.of("true", "false");

  private Numbers() {}

  /** Empty where it is none, or too large for one. */
  static OptionalDouble of(String text) {
    String stripped = text.strip();
    if (!NUMBER.matcher(stripped).matches()) {
      return OptionalDouble.empty();
    }
    double number = Double.parseDouble(stripped);
    return Double.isFinite(number) ? OptionalDouble.of(number) : OptionalDouble.empty();
  }

  /**
   * Whether two texts say the same: as numbers where both are numbers, true and false in either case,
   * letter by letter otherwise.
   */
  static boolean same(String one, String other) {
    String stripped = one.strip();
    if (stripped.equals(other.strip())
        || (TRUTH.contains(stripped.toLowerCase(Locale.ROOT))
            && stripped.equalsIgnoreCase(other.strip()))) {
      return true;
    }
    OptionalDouble number = of(one);
    return number.isPresent() && number.equals(of(other));
  }
}
