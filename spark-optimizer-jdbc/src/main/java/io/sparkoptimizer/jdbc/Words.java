package io.sparkoptimizer.jdbc;

import java.lang.reflect.Method;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;

/** The words of constants: what their {@code word()} or {@code key()} says. Thread-safe. */
final class Words {
  private static final ClassValue<Map<Object, String>> WORDS = new ClassValue<>() {
    @Override
    protected Map<Object, String> computeValue(Class<?> type) {
      Map<Object, String> words = new LinkedHashMap<>();
      for (Object constant : type.getEnumConstants()) {
        words.put(constant, word(type, (Enum<?>) constant));
      }
      return words;
    }
  };

  private Words() {}

  static String of(Enum<?> constant) {
    return Objects.requireNonNull(WORDS.get(constant.getDeclaringClass()).get(constant));
  }

  static Enum<?> constant(Class<?> type, String word) {
    Map<Object, String> words = WORDS.get(type);
    return (Enum<?>) words.entrySet().stream()
        .filter(entry -> entry.getValue().equals(word))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("\"" + word + "\" is no "
            + type.getSimpleName() + "; this version knows " + words.values()))
        .getKey();
  }

  private static String word(Class<?> type, Enum<?> constant) {
    for (Method method : type.getMethods()) {
      if (method.getParameterCount() == 0
          && (method.getName().equals("word") || method.getName().equals("key"))) {
        try {
          return (String) method.invoke(constant);
        } catch (ReflectiveOperationException impossible) {
          throw new IllegalStateException(constant + " has no word", impossible);
        }
      }
    }
    return constant.name().toLowerCase(Locale.ROOT);
  }
}
