package io.sparkoptimizer.jdbc;

import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.RecordComponent;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** A record type taken apart and put together by its components. Thread-safe. */
final class RecordShape {
  private static final ClassValue<RecordShape> SHAPES = new ClassValue<>() {
    @Override
    protected RecordShape computeValue(Class<?> type) {
      return new RecordShape(type);
    }
  };

  private final List<RecordComponent> components;
  private final Constructor<?> constructor;

  private RecordShape(Class<?> type) {
    components = List.of(type.getRecordComponents());
    try {
      constructor = type.getDeclaredConstructor(
          components.stream().map(RecordComponent::getType).toArray(Class<?>[]::new));
      constructor.setAccessible(true); // for records of this package, which are not public
    } catch (NoSuchMethodException impossible) {
      throw new IllegalStateException(type + " is no record", impossible);
    }
  }

  static RecordShape of(Class<?> type) {
    return SHAPES.get(type);
  }

  List<RecordComponent> components() {
    return components;
  }

  /** A component's name as it is written in columns and documents: {@code add_time_ms}. */
  static String key(RecordComponent component) {
    return component.getName().replaceAll("([A-Z])", "_$1").toLowerCase(Locale.ROOT);
  }

  static @Nullable Object get(RecordComponent component, Object instance) {
    try {
      component.getAccessor().setAccessible(true);
      return component.getAccessor().invoke(instance);
    } catch (ReflectiveOperationException impossible) {
      throw new IllegalStateException(component + " cannot be read", impossible);
    }
  }

  Object make(@Nullable Object[] values) {
    try {
      return constructor.newInstance(values);
    } catch (InvocationTargetException refused) {
      throw new IllegalArgumentException(
          "what is stored is no " + constructor.getDeclaringClass().getSimpleName() + ": "
              + refused.getCause(),
          refused.getCause());
    } catch (ReflectiveOperationException impossible) {
      throw new IllegalStateException(constructor + " cannot be called", impossible);
    }
  }
}
