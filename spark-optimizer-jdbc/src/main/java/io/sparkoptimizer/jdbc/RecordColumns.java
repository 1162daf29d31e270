package io.sparkoptimizer.jdbc;

import io.sparkoptimizer.spark.Distribution;
import io.sparkoptimizer.spark.Measures;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jooq.DataType;
import org.jooq.Field;
import org.jooq.impl.DSL;
import org.jooq.impl.SQLDataType;
import org.jspecify.annotations.Nullable;

/**
 * A record type as columns: one for a component, one for each constant of {@link Measures} and of a
 * map of distributions, and those of a record in a record beside its own. Thread-safe.
 *
 * <p>Columns are named for the components and the constants' keys, so the model is the one place
 * where a figure is named, and no code is generated: a generator would need a plug-in and a second
 * database engine in the build to restate what the records say. The migrations are checked against
 * the columns by a test.
 *
 * @param <R> the record type
 */
final class RecordColumns<R extends Record> {
  private final Class<R> type;
  private final Map<String, Part> parts = new LinkedHashMap<>();

  /**
   * @param renamed names of components whose column may not be called like them
   * @param leftOut names of components that are kept elsewhere
   */
  RecordColumns(Class<R> type, Map<String, String> renamed, Set<String> leftOut) {
    this.type = type;
    for (RecordComponent component : RecordShape.of(type).components()) {
      String name = component.getName();
      if (!leftOut.contains(name)) {
        String column = renamed.getOrDefault(name, RecordShape.key(component));
        parts.put(name, part(component.getGenericType(), column, renamed));
      }
    }
  }

  List<Field<?>> fields() {
    return parts.values().stream().flatMap(part -> part.fields().stream()).toList();
  }

  /** Puts the record's values into a row, by the names of their columns. */
  void write(R instance, Map<String, @Nullable Object> row) {
    for (RecordComponent component : RecordShape.of(type).components()) {
      Part part = parts.get(component.getName());
      if (part != null) {
        part.write(RecordShape.get(component, instance), row);
      }
    }
  }

  /**
   * @param others values of the components that were left out
   * @throws IllegalArgumentException if the row holds what the model cannot
   */
  R read(org.jooq.Record row, Map<String, ?> others) {
    List<RecordComponent> components = RecordShape.of(type).components();
    @Nullable Object[] values = new Object[components.size()];
    for (int i = 0; i < values.length; i++) {
      Part part = parts.get(components.get(i).getName());
      values[i] = part == null ? others.get(components.get(i).getName()) : part.read(row);
    }
    return type.cast(RecordShape.of(type).make(values));
  }

  static <T> Field<T> column(String name, DataType<T> type) {
    return DSL.field(DSL.unquotedName(name), type);
  }

  /** The columns of one component. */
  private interface Part {
    List<Field<?>> fields();

    void write(@Nullable Object value, Map<String, @Nullable Object> row);

    @Nullable
    Object read(org.jooq.Record row);
  }

  private record Single<T>(
      Field<T> field,
      Function<Object, @Nullable T> to,
      Function<@Nullable T, @Nullable Object> from)
      implements Part {
    @Override
    public List<Field<?>> fields() {
      return List.of(field);
    }

    @Override
    public void write(@Nullable Object value, Map<String, @Nullable Object> row) {
      row.put(field.getName(), value == null ? null : to.apply(value));
    }

    @Override
    public @Nullable Object read(org.jooq.Record row) {
      return from.apply(row.get(field));
    }
  }

  private record MeasuresPart<K extends Enum<K>>(Class<K> kinds, Map<K, Field<Long>> columns)
      implements Part {
    static <K extends Enum<K>> MeasuresPart<K> of(Class<K> kinds) {
      Map<K, Field<Long>> columns = new LinkedHashMap<>();
      for (K kind : kinds.getEnumConstants()) {
        columns.put(kind, column(Words.of(kind), SQLDataType.BIGINT));
      }
      return new MeasuresPart<>(kinds, columns);
    }

    @Override
    public List<Field<?>> fields() {
      return List.copyOf(columns.values());
    }

    @Override
    @SuppressWarnings("unchecked") // the component's type says so
    public void write(@Nullable Object value, Map<String, @Nullable Object> row) {
      Measures<K> measures = value == null ? Measures.none(kinds) : (Measures<K>) value;
      columns.forEach((kind, column) ->
          row.put(column.getName(), measures.has(kind) ? (Long) measures.orZero(kind) : null));
    }

    @Override
    public Object read(org.jooq.Record row) {
      Measures.Builder<K> measures = Measures.builder(kinds);
      columns.forEach((kind, column) -> {
        Long value = row.get(column);
        if (value != null) {
          measures.set(kind, value);
        }
      });
      return measures.build();
    }
  }

  private record DistributionsPart(Map<Enum<?>, Field<byte[]>> columns) implements Part {
    static DistributionsPart of(Class<?> figures) {
      Map<Enum<?>, Field<byte[]>> columns = new LinkedHashMap<>();
      for (Object figure : figures.getEnumConstants()) {
        columns.put((Enum<?>) figure, column(Words.of((Enum<?>) figure), SQLDataType.BLOB));
      }
      return new DistributionsPart(columns);
    }

    @Override
    public List<Field<?>> fields() {
      return List.copyOf(columns.values());
    }

    @Override
    public void write(@Nullable Object value, Map<String, @Nullable Object> row) {
      Map<?, ?> distributions = value == null ? Map.of() : (Map<?, ?>) value;
      columns.forEach((figure, column) -> {
        Distribution distribution = (Distribution) distributions.get(figure);
        row.put(column.getName(), distribution == null ? null : distribution.toBytes());
      });
    }

    @Override
    public Object read(org.jooq.Record row) {
      Map<Enum<?>, Distribution> distributions = new LinkedHashMap<>();
      columns.forEach((figure, column) -> {
        byte[] bytes = row.get(column);
        if (bytes != null) {
          distributions.put(figure, Distribution.fromBytes(bytes));
        }
      });
      return distributions;
    }
  }

  private record Nested<R extends Record>(RecordColumns<R> columns) implements Part {
    @Override
    public List<Field<?>> fields() {
      return columns.fields();
    }

    @Override
    public void write(@Nullable Object value, Map<String, @Nullable Object> row) {
      columns.write(columns.type.cast(Objects.requireNonNull(value)), row);
    }

    @Override
    public Object read(org.jooq.Record row) {
      return columns.read(row, Map.of());
    }
  }

  private static Part part(Type type, String column, Map<String, String> renamed) {
    Class<?> raw = JsonDocument.raw(type);
    if (raw == String.class) {
      return single(column, SQLDataType.CLOB, text -> Text.storable((String) text), text -> text);
    } else if (raw == int.class) {
      return single(column, SQLDataType.INTEGER, number -> (Integer) number, number -> number);
    } else if (raw == long.class) {
      return single(column, SQLDataType.BIGINT, number -> (Long) number, number -> number);
    } else if (raw == double.class) {
      return single(column, SQLDataType.DOUBLE, number -> (Double) number, number -> number);
    } else if (raw == boolean.class) {
      return single(column, SQLDataType.BOOLEAN, flag -> (Boolean) flag, flag -> flag);
    } else if (raw == OptionalInt.class) {
      return single(
          column,
          SQLDataType.INTEGER,
          number -> ((OptionalInt) number).isPresent() ? ((OptionalInt) number).getAsInt() : null,
          number -> number == null ? OptionalInt.empty() : OptionalInt.of(number));
    } else if (raw == OptionalLong.class) {
      return single(
          column,
          SQLDataType.BIGINT,
          number ->
              ((OptionalLong) number).isPresent() ? ((OptionalLong) number).getAsLong() : null,
          number -> number == null ? OptionalLong.empty() : OptionalLong.of(number));
    } else if (raw == OptionalDouble.class) {
      return single(
          column,
          SQLDataType.DOUBLE,
          number -> ((OptionalDouble) number).isPresent()
              ? ((OptionalDouble) number).getAsDouble()
              : null,
          number -> number == null ? OptionalDouble.empty() : OptionalDouble.of(number));
    } else if (raw.isEnum()) {
      return single(
          column,
          SQLDataType.VARCHAR,
          constant -> Words.of((Enum<?>) constant),
          word -> word == null ? null : Words.constant(raw, word));
    } else if (raw == Set.class) {
      Class<?> element = (Class<?>) JsonDocument.argument(type, 0);
      return single(
          column,
          SQLDataType.CLOB,
          set -> words((Set<?>) set),
          words -> split(words).stream()
              .map(word -> Words.constant(element, word))
              .collect(Collectors.toCollection(LinkedHashSet::new)));
    } else if (raw == List.class && JsonDocument.argument(type, 0) == Integer.class) {
      return single(
          column,
          SQLDataType.CLOB,
          list -> ((List<?>) list).stream().map(String::valueOf).collect(Collectors.joining(",")),
          numbers -> split(numbers).stream().map(Integer::valueOf).toList());
    } else if (raw == Measures.class) {
      return measures((Class<?>) JsonDocument.argument(type, 0));
    } else if (raw == Map.class && JsonDocument.argument(type, 1) == Distribution.class) {
      return DistributionsPart.of((Class<?>) JsonDocument.argument(type, 0));
    } else if (raw.isRecord()) {
      return new Nested<>(new RecordColumns<>(raw.asSubclass(Record.class), renamed, Set.of()));
    }
    throw new IllegalStateException(column + " has no column form: " + type.getTypeName());
  }

  private static <T> Part single(
      String column,
      DataType<T> type,
      Function<Object, @Nullable T> to,
      Function<@Nullable T, @Nullable Object> from) {
    return new Single<>(column(column, type), to, from);
  }

  @SuppressWarnings({"unchecked", "rawtypes"}) // Measures takes constants only
  private static Part measures(Class<?> kinds) {
    return MeasuresPart.of((Class<? extends Enum>) kinds.asSubclass(Enum.class));
  }

  /** Constants as text: {@code truncated,clock_skew}. */
  static String words(Set<?> constants) {
    return constants.stream()
        .map(constant -> Words.of((Enum<?>) constant))
        .collect(Collectors.joining(","));
  }

  private static List<String> split(@Nullable String text) {
    return text == null || text.isEmpty()
        ? List.of()
        : new ArrayList<>(Arrays.asList(text.split(",", -1)));
  }
}
