package io.sparkoptimizer.jdbc;

import io.sparkoptimizer.SettingsException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What is set about the database.
 *
 * @param url {@code database.url}
 * @param maximumConnections {@code database.pool_size} and {@code database.max_overflow} together,
 *     at least 2
 */
record DatabaseSettings(DatabaseUrl url, int maximumConnections) {
  private static final String URL = "database.url";
  private static final String POOL_SIZE = "database.pool_size";
  private static final String MAX_OVERFLOW = "database.max_overflow";

  /**
   * @param home under which the default database lies
   * @throws SettingsException with every fault of a {@code database.} key
   */
  static DatabaseSettings of(Map<String, String> settings, Path home) {
    List<String> faults = new ArrayList<>();
    DatabaseUrl url =
        DatabaseUrl.ofFile(home.resolve(".spark-optimizer").resolve("history.db"), Map.of());
    String given = settings.get(URL);
    if (given != null) {
      try {
        url = DatabaseUrl.parse(given.strip());
      } catch (IllegalArgumentException unusable) {
        // Without its value: what is not understood may be a password anywhere.
        faults.add(URL + " cannot be used; " + unusable.getMessage());
      }
    }
    int poolSize = count(settings, POOL_SIZE, 10, 1, faults);
    int maxOverflow = count(settings, MAX_OVERFLOW, 20, 0, faults);
    if (poolSize + maxOverflow < 2) {
      faults.add(POOL_SIZE + " and " + MAX_OVERFLOW + " are " + (poolSize + maxOverflow)
          + " together; expected 2 or more: one connection writes, the others read");
    }
    Set<String> known = Set.of(URL, POOL_SIZE, MAX_OVERFLOW);
    for (String key : new TreeMap<>(settings).keySet()) {
      if (key.startsWith("database.") && !known.contains(key)) {
        faults.add(key + " is no setting; there are " + String.join(", ", new TreeSet<>(known)));
      }
    }
    if (!faults.isEmpty()) {
      throw new SettingsException(faults);
    }
    return new DatabaseSettings(url, poolSize + maxOverflow);
  }

  private static int count(
      Map<String, String> settings, String key, int normal, int least, List<String> faults) {
    String text = settings.get(key);
    if (text == null) {
      return normal;
    }
    try {
      int count = Integer.parseInt(text.strip());
      if (count >= least && count <= 1000) {
        return count;
      }
    } catch (NumberFormatException notOne) {
      // told below, with the numbers that are out of range
    }
    faults.add(key + " is \"" + text + "\"; expected " + least + " to 1000");
    return normal;
  }
}
