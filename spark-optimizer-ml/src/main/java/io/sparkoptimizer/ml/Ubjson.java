package io.sparkoptimizer.ml;

import io.sparkoptimizer.OptimizerException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads UBJSON (draft 12), the form in which XGBoost writes models: objects as maps, arrays of numbers of
 * one kind as {@code double[]}, other arrays as lists, numbers as {@code Double}, words as {@code String}.
 * No claim of a size is believed beyond the bytes that there are.
 */
final class Ubjson {
  private static final int DEEPEST = 32;

  private final ByteBuffer bytes;

  private Ubjson(byte[] bytes) {
    this.bytes = ByteBuffer.wrap(bytes);
  }

  /** @throws OptimizerException if these are not the bytes of one value */
  static Object read(byte[] bytes) {
    Ubjson reader = new Ubjson(bytes);
    try {
      Object value = reader.value(reader.marker(), 0);
      if (reader.bytes.hasRemaining()) {
        throw reader.broken("more after the end");
      }
      return value;
    } catch (BufferUnderflowException cut) {
      throw new OptimizerException(
          "a model of " + bytes.length + " bytes is cut short; train it again", cut);
    }
  }

  private char marker() {
    char marker = (char) bytes.get();
    while (marker == 'N') {
      marker = (char) bytes.get();
    }
    return marker;
  }

  private Object value(char marker, int depth) {
    if (depth > DEEPEST) {
      throw broken("more than " + DEEPEST + " levels");
    }
    return switch (marker) {
      case '{' -> object(depth + 1);
      case '[' -> array(depth + 1);
      case 'S' -> text(length());
      case 'C' -> text(1);
      case 'T' -> true;
      case 'F' -> false;
      default -> number(marker);
    };
  }

  private Map<String, Object> object(int depth) {
    Map<String, Object> object = new HashMap<>();
    for (char marker = marker(); marker != '}'; marker = marker()) {
      String key = text(length(marker));
      object.put(key, value(marker(), depth));
    }
    return object;
  }

  private Object array(int depth) {
    char marker = marker();
    if (marker == '$') {
      char kind = marker();
      if (marker() != '#') {
        throw broken("an array of a kind without a count");
      }
      double[] numbers = new double[fitting(length(), size(kind))];
      for (int i = 0; i < numbers.length; i++) {
        numbers[i] = number(kind);
      }
      return numbers;
    }
    List<Object> list = new ArrayList<>();
    if (marker == '#') {
      int count = fitting(length(), 1);
      for (int i = 0; i < count; i++) {
        list.add(value(marker(), depth));
      }
    } else {
      for (; marker != ']'; marker = marker()) {
        list.add(value(marker, depth));
      }
    }
    return list;
  }

  private String text(long length) {
    byte[] text = new byte[fitting(length, 1)];
    bytes.get(text);
    return new String(text, StandardCharsets.UTF_8);
  }

  private long length() {
    return length(marker());
  }

  private long length(char kind) {
    return switch (kind) {
      case 'i', 'U', 'I', 'l', 'L' -> (long) number(kind);
      default -> throw broken("a length of kind " + (int) kind);
    };
  }

  private int fitting(long count, int size) {
    if (count < 0 || count > bytes.remaining() / size) {
      throw broken("a count of " + count + " where " + bytes.remaining() + " bytes are left");
    }
    return (int) count;
  }

  private double number(char kind) {
    return switch (kind) {
      case 'i' -> bytes.get();
      case 'U' -> Byte.toUnsignedInt(bytes.get());
      case 'I' -> bytes.getShort();
      case 'l' -> bytes.getInt();
      case 'L' -> bytes.getLong();
      case 'd' -> bytes.getFloat();
      case 'D' -> bytes.getDouble();
      default -> throw broken("the unknown kind " + (int) kind);
    };
  }

  private int size(char kind) {
    return switch (kind) {
      case 'i', 'U' -> 1;
      case 'I' -> 2;
      case 'l', 'd' -> 4;
      case 'L', 'D' -> 8;
      default -> throw broken("an array of the unknown kind " + (int) kind);
    };
  }

  private OptimizerException broken(String what) {
    return new OptimizerException("a model is not as XGBoost writes it: " + what + " at byte "
        + bytes.position() + "; train it again");
  }
}
