package io.sparkoptimizer.core.eventlog;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.OptionalLong;

/** Whole numbers as logs have them: as JSON numbers, as texts, and sometimes beyond 64 bits. */
final class Numbers {
  private Numbers() {}

  /** The current token as a whole number; empty for anything else, and beyond 64 bits. */
  static OptionalLong readLong(JsonParser parser) throws IOException {
    JsonToken token = parser.currentToken();
    if (token == JsonToken.VALUE_NUMBER_INT) {
      return parser.getNumberType() == JsonParser.NumberType.BIG_INTEGER
          ? OptionalLong.empty()
          : OptionalLong.of(parser.getLongValue());
    }
    if (token == JsonToken.VALUE_NUMBER_FLOAT) {
      return whole(parser.getDoubleValue());
    }
    return token == JsonToken.VALUE_STRING ? parse(parser.getText()) : OptionalLong.empty();
  }

  /** A whole number that is written with a point or an exponent, as Spark 2.0 writes latencies. */
  static OptionalLong whole(double number) {
    return Math.rint(number) == number && Math.abs(number) < 9e18
        ? OptionalLong.of((long) number)
        : OptionalLong.empty();
  }

  static OptionalLong parse(String text) {
    try {
      return OptionalLong.of(Long.parseLong(text.strip()));
    } catch (NumberFormatException notOne) {
      return OptionalLong.empty();
    }
  }
}
