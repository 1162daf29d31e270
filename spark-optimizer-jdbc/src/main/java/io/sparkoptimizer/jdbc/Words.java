package io.sparkoptimizer.jdbc;

import java.lang.reflect.Method;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/** The words of constants: what their {@code word()} or {@code key()} says. Thread-safe. */
final class Words {
  private static final ClassValue<Map<String, Enum<?>>> CONSTANTS = new ClassValue<>() {
    @Override
    protected Map<String, Enum<?>> computeValue(Class<?> type) {
      Map<String, Enum<?>> constants = new LinkedHashMap<>();
      for (Object constant : type.getEnumConstants()) {
        constants.put(of((Enum<?>) constant), (Enum<?>) constant);
      }
      return constants;
    }
  };

  private Words() {}

  static String of(Enum<?> constant) {
    for (Method method : constant.getDeclaringClass().getMethods()) {
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

  static Enum<?> constant(Class<?> type, String word) {
    Enum<?> constant = CONSTANTS.get(type).get(word);
    if (constant == null) {
      throw new IllegalArgumentException("\"" + word + "\" is no " + type.getSimpleName()
          + "; this version knows " + CONSTANTS.get(type).keySet());
    }
    return constant;
  }
}
