package io.sparkoptimizer.core.eventlog;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * A JSON object of a rare event, read forgivingly: a value that is missing or of another type is
 * absent. Fields that are long and never needed are not kept. Of repeated keys the last one counts.
 */
final class JsonTree {
  /** What a log is full of and nothing here needs. */
  private static final Set<String> NOT_KEPT = Set.of(
      "Callsite",
      "Scope",
      "Details",
      "details",
      "physicalPlanDescription",
      "Classpath Entries",
      "Hadoop Properties",
      "Metrics Properties",
      "Log Urls",
      "Attributes",
      "Stack Trace",
      "observedMetrics");

  static final JsonTree EMPTY = new JsonTree(Map.of());

  private final Map<String, Object> fields;

  private JsonTree(Map<String, Object> fields) {
    this.fields = fields;
  }

  /** Reads the object whose START_OBJECT is the parser's current token. */
  static JsonTree read(JsonParser parser) throws IOException {
    Map<String, Object> fields = new LinkedHashMap<>();
    while (parser.nextToken() != JsonToken.END_OBJECT) {
      String name = parser.currentName();
      parser.nextToken();
      if (NOT_KEPT.contains(name)) {
        parser.skipChildren();
        continue;
      }
      Object value = value(parser);
      if (value == null) {
        fields.remove(name);
      } else {
        fields.put(name, value);
      }
    }
    return new JsonTree(fields);
  }

  private static @Nullable Object value(JsonParser parser) throws IOException {
    return switch (parser.currentToken()) {
      case START_OBJECT -> read(parser);
      case START_ARRAY -> {
        List<Object> values = new ArrayList<>();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
          Object value = value(parser);
          if (value != null) {
            values.add(value);
          }
        }
        yield values;
      }
      case VALUE_STRING -> parser.getText();
      case VALUE_NUMBER_INT -> {
        OptionalLong number = Numbers.readLong(parser);
        yield number.isPresent() ? (Object) number.getAsLong() : null;
      }
      case VALUE_NUMBER_FLOAT -> parser.getDoubleValue();
      case VALUE_TRUE -> true;
      case VALUE_FALSE -> false;
      default -> null;
    };
  }

  @Nullable
  String text(String name) {
    Object value = fields.get(name);
    return value instanceof String text
        ? text
        : value instanceof Long || value instanceof Boolean ? value.toString() : null;
  }

  String text(String name, String otherwise) {
    String text = text(name);
    return text == null ? otherwise : text;
  }

  OptionalLong number(String name) {
    return number(fields.get(name));
  }

  private static OptionalLong number(@Nullable Object value) {
    if (value instanceof Long number) {
      return OptionalLong.of(number);
    }
    if (value instanceof Double number) {
      return Numbers.whole(number);
    }
    return value instanceof String text ? Numbers.parse(text) : OptionalLong.empty();
  }

  OptionalInt id(String name) {
    OptionalLong number = number(name);
    return number.isPresent() && number.getAsLong() == (int) number.getAsLong()
        ? OptionalInt.of((int) number.getAsLong())
        : OptionalInt.empty();
  }

  /** A number of something, or the id of what Spark counts from 0; absent where it is negative. */
  OptionalInt count(String name) {
    OptionalInt number = id(name);
    return number.orElse(-1) < 0 ? OptionalInt.empty() : number;
  }

  OptionalDouble decimal(String name) {
    Object value = fields.get(name);
    return value instanceof Number number && Double.isFinite(number.doubleValue())
        ? OptionalDouble.of(number.doubleValue())
        : OptionalDouble.empty();
  }

  /** Whether the field is {@code true}. */
  boolean flag(String name) {
    return Boolean.TRUE.equals(fields.get(name));
  }

  boolean has(String name) {
    return fields.containsKey(name);
  }

  /** The object of that name, empty where there is none. */
  JsonTree object(String name) {
    return fields.get(name) instanceof JsonTree tree ? tree : EMPTY;
  }

  List<JsonTree> objects(String name) {
    List<JsonTree> objects = new ArrayList<>();
    if (fields.get(name) instanceof List<?> values) {
      for (Object value : values) {
        if (value instanceof JsonTree tree) {
          objects.add(tree);
        }
      }
    }
    return objects;
  }

  /** The whole numbers of a list that fit an int and are not negative. */
  List<Integer> counts(String name) {
    List<Integer> ids = new ArrayList<>();
    if (fields.get(name) instanceof List<?> values) {
      for (Object value : values) {
        OptionalLong number = number(value);
        if (number.orElse(-1) >= 0 && number.getAsLong() == (int) number.getAsLong()) {
          ids.add((int) number.getAsLong());
        }
      }
    }
    return ids;
  }

  /** Pairs of a list of lists, as accumulator updates are written: {@code [[id, value], ...]}. */
  void pairs(String name, BiConsumer<Long, Long> each) {
    if (fields.get(name) instanceof List<?> values) {
      for (Object value : values) {
        if (value instanceof List<?> pair && pair.size() == 2) {
          OptionalLong key = number(pair.get(0));
          OptionalLong figure = number(pair.get(1));
          if (key.isPresent() && figure.isPresent()) {
            each.accept(key.getAsLong(), figure.getAsLong());
          }
        }
      }
    }
  }

  /** Every field whose value is a text, a number or a switch. */
  void texts(BiConsumer<String, String> each) {
    fields.forEach((name, value) -> {
      if (value instanceof String || value instanceof Number || value instanceof Boolean) {
        each.accept(name, value.toString());
      }
    });
  }

  /** Every field whose value is an object. */
  void trees(BiConsumer<String, JsonTree> each) {
    fields.forEach((name, value) -> {
      if (value instanceof JsonTree tree) {
        each.accept(name, tree);
      }
    });
  }
}
