package io.sparkoptimizer.core;

import io.sparkoptimizer.Optimizer;
import io.sparkoptimizer.OptimizerException;
import io.sparkoptimizer.SettingsException;
import java.nio.file.Path;
import java.security.CodeSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.TreeMap;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What {@link ServiceLoader} finds. A broken plug-in is logged and never stops the others; two of one
 * name are an error, because which one served would depend on the order of the class path.
 */
final class Plugins {
  private static final Logger LOG = LoggerFactory.getLogger(Plugins.class);

  /** A loader that fails so often in a row will not come to an end by itself. */
  private static final int MOST_FAILURES = 100;

  private Plugins() {}

  static <P> List<P> find(Class<P> service) {
    return drain(
        ServiceLoader.load(service, Optimizer.class.getClassLoader()).iterator(),
        service.getName());
  }

  static <P> List<P> drain(Iterator<P> candidates, String service) {
    List<P> found = new ArrayList<>();
    String last = "";
    int failures = 0;
    while (failures < MOST_FAILURES) {
      try {
        if (!candidates.hasNext()) {
          break;
        }
        found.add(candidates.next());
      } catch (ServiceConfigurationError | LinkageError broken) {
        failures++;
        if (!last.equals(broken.toString())) {
          LOG.warn(
              "a plug-in for {} cannot be used and is left out: {}", service, broken.toString());
          LOG.debug("why", broken);
          last = broken.toString();
        }
      }
    }
    return found;
  }

  /**
   * Plug-ins by name, in the order of their names.
   *
   * @param what the kind in words, plural: {@code recommenders}
   * @param given what the builder has: each takes the place of a found one of its name
   * @throws OptimizerException if two given or two found ones share a name
   */
  static <P> Map<String, P> byName(
      String what, Collection<P> given, Collection<P> found, Function<P, String> name) {
    Map<String, P> all = distinct(what, found, name);
    all.putAll(distinct(what, given, name));
    return all;
  }

  private static <P> Map<String, P> distinct(
      String what, Collection<P> plugins, Function<P, String> name) {
    Map<String, P> distinct = new TreeMap<>();
    for (P plugin : plugins) {
      P other = distinct.putIfAbsent(name.apply(plugin), plugin);
      if (other != null) {
        throw new OptimizerException("two " + what + " are named \"" + name.apply(plugin) + "\": "
            + describe(other) + " and " + describe(plugin) + "; rename one");
      }
    }
    return distinct;
  }

  /**
   * What providers make, in their order; one that cannot is logged and left out.
   *
   * @param what the kind in a word: {@code recommender}
   * @throws SettingsException if what a user configured for one of them is wrong
   */
  static <P, T> List<T> made(
      String what, Collection<P> providers, Function<P, T> create, Function<P, String> name) {
    List<T> made = new ArrayList<>();
    for (P provider : providers) {
      try {
        made.add(create.apply(provider));
      } catch (SettingsException theUsers) {
        throw theUsers;
      } catch (RuntimeException | LinkageError broken) {
        LOG.warn(
            "the {} {} of {} cannot be used and is left out: {}",
            what,
            name.apply(provider),
            describe(provider),
            broken.toString());
        LOG.debug("why", broken);
      }
    }
    return made;
  }

  /** {@code team.SkewRecommender (team-rules.jar)}. */
  static String describe(Object plugin) {
    CodeSource source = plugin.getClass().getProtectionDomain().getCodeSource();
    String jar = "";
    if (source != null && source.getLocation() != null) {
      try {
        Path file = Path.of(source.getLocation().toURI()).getFileName();
        jar = file == null ? "" : " (" + file + ")";
      } catch (java.net.URISyntaxException | IllegalArgumentException notAFile) {
        jar = " (" + source.getLocation() + ")";
      }
    }
    return plugin.getClass().getName() + jar;
  }
}
