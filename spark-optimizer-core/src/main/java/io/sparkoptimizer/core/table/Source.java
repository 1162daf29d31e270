package io.sparkoptimizer.core.table;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where a figure or a word of a run comes from: a column, or one value for all rows.
 *
 * @param column null where {@code value} is given
 * @param value null where {@code column} is given
 * @param scale a number in the column, times this, has the unit that is wanted
 * @param missing cells that say that nothing is known
 */
record Source(@Nullable String column, @Nullable String value, double scale, List<String> missing) {
  Source {
    missing = List.copyOf(missing);
  }

  boolean isMissing(String cell) {
    return cell.isBlank() || missing.stream().anyMatch(one -> Numbers.same(one, cell));
  }
}
