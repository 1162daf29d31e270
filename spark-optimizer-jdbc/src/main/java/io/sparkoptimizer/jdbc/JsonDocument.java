package io.sparkoptimizer.jdbc;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Records as JSON and back, exactly: by their components, in snake case, absent values null.
 *
 * <p>Over jackson-core's streams alone: inside a Spark driver no databind may be brought, and the
 * model needs no more than records, optionals, lists, sets, maps by text, constants, numbers, text
 * and days. A key that is not known is passed over and one that is missing is absent, so that a
 * document of a version near this one can be read.
 */
final class JsonDocument {
  /**
   * Documents are our own and bounded by what was stored, so the guard on texts is off. Nothing newer
   * than jackson-core 2.15 is called: inside of a Spark 3.5 driver that one may come first.
   */
  private static final JsonFactory JSON = JsonFactory.builder()
      .streamReadConstraints(
          StreamReadConstraints.builder().maxStringLength(Integer.MAX_VALUE).build())
      .disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES)
      .build();

  private JsonDocument() {}

  /** @throws IllegalArgumentException if a number in it is not finite */
  static String write(Record value) {
    StringWriter text = new StringWriter();
    try (JsonGenerator out = JSON.createGenerator(text)) {
      write(out, value.getClass(), value, "");
    } catch (IOException impossible) {
      throw new UncheckedIOException(impossible);
    }
    return text.toString();
  }

  /** @throws IllegalArgumentException if the text is no document of this type */
  static <R extends Record> R read(Class<R> type, String text) {
    try (JsonParser in = JSON.createParser(text)) {
      in.nextToken();
      return type.cast(readRecord(in, type));
    } catch (IOException cut) {
      throw new IllegalArgumentException("no document of " + type.getSimpleName(), cut);
    }
  }

  private static void write(JsonGenerator out, Type type, @Nullable Object value, String path)
      throws IOException {
    Object present = value;
    if (value instanceof Optional<?> optional) {
      present = optional.orElse(null);
    } else if (value instanceof OptionalInt optional) {
      present = optional.isPresent() ? optional.getAsInt() : null;
    } else if (value instanceof OptionalLong optional) {
      present = optional.isPresent() ? optional.getAsLong() : null;
    } else if (value instanceof OptionalDouble optional) {
      present = optional.isPresent() ? optional.getAsDouble() : null;
    }
    if (present == null) {
      out.writeNull();
    } else if (present instanceof Record) {
      out.writeStartObject();
      for (RecordComponent component : RecordShape.of(present.getClass()).components()) {
        String key = RecordShape.key(component);
        out.writeFieldName(key);
        write(
            out,
            component.getGenericType(),
            RecordShape.get(component, present),
            path.isEmpty() ? key : path + "." + key);
      }
      out.writeEndObject();
    } else if (present instanceof Iterable<?> elements) {
      out.writeStartArray();
      for (Object element : elements) {
        write(out, Object.class, element, path);
      }
      out.writeEndArray();
    } else if (present instanceof Map<?, ?> map) {
      out.writeStartObject();
      for (Map.Entry<?, ?> entry : map.entrySet()) {
        out.writeFieldName(Text.storable((String) entry.getKey()));
        write(out, Object.class, entry.getValue(), path + "." + entry.getKey());
      }
      out.writeEndObject();
    } else if (present instanceof String text) {
      out.writeString(Text.storable(text));
    } else if (present instanceof Double number) {
      if (!Double.isFinite(number)) {
        throw new IllegalArgumentException(
            path + " is " + number + "; expected a finite number, or none");
      }
      out.writeNumber(number);
    } else if (present instanceof Long || present instanceof Integer) {
      out.writeNumber(((Number) present).longValue());
    } else if (present instanceof Boolean flag) {
      out.writeBoolean(flag);
    } else if (present instanceof Enum<?> constant) {
      out.writeString(Words.of(constant));
    } else if (present instanceof LocalDate day) {
      out.writeString(day.toString());
    } else {
      throw new IllegalStateException(path + " has no JSON form: " + type.getTypeName());
    }
  }

  private static @Nullable Object read(JsonParser in, Type type) throws IOException {
    Class<?> raw = raw(type);
    if (in.currentToken() == JsonToken.VALUE_NULL) {
      return absent(type);
    } else if (raw.isRecord()) {
      return readRecord(in, raw);
    } else if (raw == List.class || raw == Set.class) {
      require(in, JsonToken.START_ARRAY);
      var elements = raw == List.class ? new ArrayList<Object>() : new LinkedHashSet<Object>();
      while (in.nextToken() != JsonToken.END_ARRAY) {
        elements.add(read(in, argument(type, 0)));
      }
      return elements;
    } else if (raw == Map.class) {
      require(in, JsonToken.START_OBJECT);
      Map<String, Object> map = new LinkedHashMap<>();
      while (in.nextToken() != JsonToken.END_OBJECT) {
        String key = in.currentName();
        in.nextToken();
        map.put(key, read(in, argument(type, 1)));
      }
      return map;
    } else if (raw == Optional.class) {
      return Optional.ofNullable(read(in, argument(type, 0)));
    } else if (raw == String.class) {
      return in.getText();
    } else if (raw == long.class || raw == Long.class) {
      return in.getLongValue();
    } else if (raw == OptionalLong.class) {
      return OptionalLong.of(in.getLongValue());
    } else if (raw == int.class || raw == Integer.class) {
      return in.getIntValue();
    } else if (raw == OptionalInt.class) {
      return OptionalInt.of(in.getIntValue());
    } else if (raw == double.class || raw == Double.class) {
      return in.getDoubleValue();
    } else if (raw == OptionalDouble.class) {
      return OptionalDouble.of(in.getDoubleValue());
    } else if (raw == boolean.class || raw == Boolean.class) {
      return in.getBooleanValue();
    } else if (raw.isEnum()) {
      return Words.constant(raw, in.getText());
    } else if (raw == LocalDate.class) {
      return LocalDate.parse(in.getText());
    }
    throw new IllegalStateException("no JSON form: " + type.getTypeName());
  }

  private static Object readRecord(JsonParser in, Class<?> type) throws IOException {
    require(in, JsonToken.START_OBJECT);
    List<RecordComponent> components = RecordShape.of(type).components();
    Map<String, Integer> places = new HashMap<>();
    @Nullable Object[] values = new Object[components.size()];
    for (int i = 0; i < values.length; i++) {
      places.put(RecordShape.key(components.get(i)), i);
      values[i] = absent(components.get(i).getGenericType());
    }
    while (in.nextToken() != JsonToken.END_OBJECT) {
      Integer place = places.get(in.currentName());
      in.nextToken();
      if (place == null) {
        in.skipChildren();
      } else {
        values[place] = read(in, components.get(place).getGenericType());
      }
    }
    return RecordShape.of(type).make(values);
  }

  private static void require(JsonParser in, JsonToken token) {
    if (in.currentToken() != token) {
      throw new IllegalArgumentException(
          "a document holds " + in.currentToken() + "; expected " + token);
    }
  }

  private static @Nullable Object absent(Type type) {
    Class<?> raw = raw(type);
    if (raw == OptionalLong.class) {
      return OptionalLong.empty();
    } else if (raw == OptionalInt.class) {
      return OptionalInt.empty();
    } else if (raw == OptionalDouble.class) {
      return OptionalDouble.empty();
    } else if (raw == Optional.class) {
      return Optional.empty();
    } else if (raw == List.class) {
      return List.of();
    } else if (raw == Set.class) {
      return Set.of();
    } else if (raw == Map.class) {
      return Map.of();
    }
    return null; // a primitive component refuses it
  }

  static Class<?> raw(Type type) {
    return (Class<?>) (type instanceof ParameterizedType generic ? generic.getRawType() : type);
  }

  static Type argument(Type type, int index) {
    return ((ParameterizedType) type).getActualTypeArguments()[index];
  }
}
