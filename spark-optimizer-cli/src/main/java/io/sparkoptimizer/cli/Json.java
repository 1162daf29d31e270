package io.sparkoptimizer.cli;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sparkoptimizer.SkippedInput;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;

/** What every JSON document here keeps to: a missing figure is null, and a number is finite. */
final class Json {
  static final ObjectMapper MAPPER =
      new ObjectMapper().disable(JsonGenerator.Feature.AUTO_CLOSE_TARGET);

  private Json() {}

  static ObjectNode object() {
    return JsonNodeFactory.instance.objectNode();
  }

  static ArrayNode array() {
    return JsonNodeFactory.instance.arrayNode();
  }

  static void put(ObjectNode node, String key, OptionalLong value) {
    node.put(key, value.isPresent() ? Long.valueOf(value.getAsLong()) : null);
  }

  static void put(ObjectNode node, String key, OptionalInt value) {
    node.put(key, value.isPresent() ? Integer.valueOf(value.getAsInt()) : null);
  }

  static void put(ObjectNode node, String key, OptionalDouble value) {
    // JSON has no word for NaN and infinity.
    boolean finite = value.isPresent() && Double.isFinite(value.getAsDouble());
    node.put(key, finite ? Double.valueOf(value.getAsDouble()) : null);
  }

  static void put(ObjectNode node, String key, double value) {
    put(node, key, OptionalDouble.of(value));
  }

  static ArrayNode texts(Collection<String> texts) {
    ArrayNode array = array();
    texts.forEach(array::add);
    return array;
  }

  static ArrayNode numbers(Collection<Integer> numbers) {
    ArrayNode array = array();
    numbers.forEach(array::add);
    return array;
  }

  static ObjectNode textMap(Map<String, String> map) {
    ObjectNode node = object();
    map.forEach(node::put);
    return node;
  }

  static ObjectNode countMap(Map<String, Long> map) {
    ObjectNode node = object();
    map.forEach(node::put);
    return node;
  }

  static ArrayNode skipped(List<SkippedInput> inputs) {
    ArrayNode array = array();
    for (SkippedInput input : inputs) {
      array.addObject().put("path", input.path()).put("reason", input.reason());
    }
    return array;
  }

  /** Prints one document and a line end. */
  static void print(PrintWriter out, JsonNode document) {
    try {
      MAPPER.writeValue(out, document);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    out.println();
    out.flush();
  }
}
