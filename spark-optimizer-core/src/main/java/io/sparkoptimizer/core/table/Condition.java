package io.sparkoptimizer.core.table;

import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * What the cells of a column must be for a row to count.
 *
 * @param operator how a cell is compared
 * @param values what with; several for {@link Operator#EQUAL} alone: any of them
 */
record Condition(Operator operator, List<String> values) {
  enum Operator {
    AT_MOST("<="),
    AT_LEAST(">="),
    NOT_EQUAL("!="),
    LESS("<"),
    MORE(">"),
    EQUAL("");

    /** Ones that begin another come after it. */
    private final String sign;

    Operator(String sign) {
      this.sign = sign;
    }

    boolean needsNumber() {
      return this != EQUAL && this != NOT_EQUAL;
    }
  }

  Condition {
    values = List.copyOf(values);
  }

  /** {@code > 2}, {@code != bigdata}, {@code r4.2xlarge}; empty where a comparison lacks its number. */
  static Optional<Condition> of(String text) {
    String stripped = text.strip();
    for (Operator operator : Operator.values()) {
      if (stripped.startsWith(operator.sign)) {
        String value = stripped.substring(operator.sign.length()).strip();
        boolean fits = operator.needsNumber()
            ? Numbers.of(value).isPresent()
            : operator == Operator.EQUAL || !value.isEmpty();
        return fits ? Optional.of(new Condition(operator, List.of(value))) : Optional.empty();
      }
    }
    return Optional.empty();
  }

  static Condition anyOf(List<String> values) {
    return new Condition(Operator.EQUAL, values);
  }

  /**
   * Whether a row with this cell counts. An empty cell is neither more nor less than anything.
   *
   * @throws BadRowException if a cell is to be compared that is no number
   */
  boolean holds(String column, String cell) throws BadRowException {
    if (!operator.needsNumber()) {
      boolean equal = values.stream().anyMatch(value -> Numbers.same(value, cell));
      return equal == (operator == Operator.EQUAL);
    }
    if (cell.isBlank()) {
      return false;
    }
    OptionalDouble number = Numbers.of(cell);
    if (number.isEmpty()) {
      throw new BadRowException(RowReader.column(column) + " is " + RowReader.shown(cell)
          + "; expected a number, to compare it with " + values.get(0));
    }
    int order = Double.compare(number.getAsDouble(), Numbers.of(values.get(0)).orElseThrow());
    return switch (operator) {
      case AT_MOST -> order <= 0;
      case AT_LEAST -> order >= 0;
      case LESS -> order < 0;
      default -> order > 0;
    };
  }
}
