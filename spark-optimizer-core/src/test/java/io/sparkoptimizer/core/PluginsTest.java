package io.sparkoptimizer.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sparkoptimizer.OptimizerException;
import java.util.Iterator;
import java.util.List;
import java.util.ServiceConfigurationError;
import org.junit.jupiter.api.Test;

class PluginsTest {
  private record Named(String name) {}

  @Test
  void drain_brokenPlugin_doesNotStopTheOthers() {
    List<Object> found = Plugins.drain(
        of(
            "one",
            new ServiceConfigurationError("no such class"),
            "two",
            new NoClassDefFoundError("missing/Dependency"),
            "three"),
        "test");

    assertThat(found).containsExactly("one", "two", "three");
  }

  @Test
  void drain_loaderThatNeverRecovers_ends() {
    Iterator<Object> endless = new Iterator<>() {
      @Override
      public boolean hasNext() {
        throw new ServiceConfigurationError("again");
      }

      @Override
      public Object next() {
        throw new AssertionError("not asked");
      }
    };

    assertThat(Plugins.drain(endless, "test")).isEmpty();
  }

  private static Iterator<Object> of(Object... steps) {
    Iterator<Object> all = List.of(steps).iterator();
    return new Iterator<>() {
      @Override
      public boolean hasNext() {
        return all.hasNext();
      }

      @Override
      public Object next() {
        Object next = all.next();
        if (next instanceof Error error) {
          throw error;
        }
        return next;
      }
    };
  }

  @Test
  void byName_givenAndFound_givenWins() {
    Named given = new Named("a");
    Named found = new Named("a");

    assertThat(
            Plugins.byName("things", List.of(given), List.of(found, new Named("b")), Named::name))
        .containsOnlyKeys("a", "b")
        .satisfies(all -> assertThat(all.get("a")).isSameAs(given));
  }

  @Test
  void byName_twoOfOneName_namesBothAndTheirJars() {
    assertThatThrownBy(() -> Plugins.byName(
            "recommenders", List.of(), List.of(new Named("skew"), new Named("skew")), Named::name))
        .isInstanceOf(OptimizerException.class)
        .hasMessageStartingWith("two recommenders are named \"skew\": " + Named.class.getName())
        .hasMessageContaining("test-classes")
        .hasMessageEndingWith("; rename one");
  }
}
