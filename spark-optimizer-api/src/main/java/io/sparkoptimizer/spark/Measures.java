package io.sparkoptimizer.spark;

import java.util.Arrays;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.function.LongBinaryOperator;

/**
 * Figures by kind, each present or absent: absent is not zero. Immutable and thread-safe.
 *
 * @param <K> the kinds; at most 64 constants
 */
@SuppressWarnings("EnumOrdinal") // an index within one process, never stored
public final class Measures<K extends Enum<K>> {
  private final Class<K> kinds;
  private final long[] values;
  private final long present;

  private Measures(Class<K> kinds, long[] values, long present) {
    this.kinds = kinds;
    this.values = values;
    this.present = present;
  }

  /** No figure at all. */
  public static <K extends Enum<K>> Measures<K> none(Class<K> kinds) {
    return new Builder<>(kinds).build();
  }

  public static <K extends Enum<K>> Builder<K> builder(Class<K> kinds) {
    return new Builder<>(kinds);
  }

  public OptionalLong get(K kind) {
    return has(kind) ? OptionalLong.of(values[kind.ordinal()]) : OptionalLong.empty();
  }

  public boolean has(K kind) {
    return (present & (1L << kind.ordinal())) != 0;
  }

  /** The figure, or zero where there is none: for sums in which an absent figure adds nothing. */
  public long orZero(K kind) {
    return values[kind.ordinal()];
  }

  public boolean isEmpty() {
    return present == 0;
  }

  public Class<K> kinds() {
    return kinds;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Measures<?> that
        && kinds == that.kinds
        && present == that.present
        && Arrays.equals(values, that.values);
  }

  @Override
  public int hashCode() {
    return 31 * Long.hashCode(present) + Arrays.hashCode(values);
  }

  @Override
  public String toString() {
    StringBuilder text = new StringBuilder("{");
    for (K kind : kinds.getEnumConstants()) {
      if (has(kind)) {
        text.append(text.length() > 1 ? ", " : "").append(kind).append('=').append(orZero(kind));
      }
    }
    return text.append('}').toString();
  }

  /** Gathers figures. Not thread-safe. */
  public static final class Builder<K extends Enum<K>> {
    private final Class<K> kinds;
    private final long[] values;
    private long present;

    private Builder(Class<K> kinds) {
      this.kinds = Objects.requireNonNull(kinds);
      int count = kinds.getEnumConstants().length;
      if (count > Long.SIZE) {
        throw new IllegalArgumentException(kinds + " has " + count + " constants; at most 64 fit");
      }
      this.values = new long[count];
    }

    public Builder<K> set(K kind, long value) {
      values[kind.ordinal()] = value;
      present |= 1L << kind.ordinal();
      return this;
    }

    /** Joins a figure to what is there; the first one is taken as it is. */
    public Builder<K> merge(K kind, long value, LongBinaryOperator join) {
      boolean first = (present & (1L << kind.ordinal())) == 0;
      return set(kind, first ? value : join.applyAsLong(values[kind.ordinal()], value));
    }

    public Measures<K> build() {
      return new Measures<>(kinds, values.clone(), present);
    }
  }
}
