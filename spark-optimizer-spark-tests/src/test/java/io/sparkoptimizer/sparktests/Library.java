package io.sparkoptimizer.sparktests;

import java.io.File;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Our own jars as the build made them, out of the class path of the tests. */
final class Library {

  /** What the dependency {@code spark-optimizer} brings; core carries its codecs itself. */
  private static final List<String> NEEDED = List.of(
      "spark-optimizer-0",
      "spark-optimizer-api-",
      "spark-optimizer-core-",
      "spark-optimizer-jdbc-",
      "jackson-core-",
      "jooq-",
      "r2dbc-spi-",
      "reactive-streams-",
      "HikariCP-",
      "flyway-core-",
      "sqlite-jdbc-",
      "slf4j-api-",
      "jspecify-");

  private Library() {}

  /** Jars that a user's application gets with the one dependency. */
  static List<String> jars() {
    List<String> jars = classPath()
        .filter(path -> NEEDED.stream().anyMatch(new File(path).getName()::startsWith))
        .toList();
    if (jars.stream()
        .noneMatch(path -> new File(path).getName().startsWith("spark-optimizer-core-"))) {
      throw new IllegalStateException(
          "no jar of spark-optimizer-core on the class path; build with `mvn verify`, which packages it");
    }
    return jars;
  }

  /** The class path of the command. */
  static String commandClassPath() {
    return classPath()
        .filter(path -> !path.contains("spark-tests"))
        .collect(Collectors.joining(File.pathSeparator));
  }

  private static Stream<String> classPath() {
    return Stream.of(System.getProperty("java.class.path").split(File.pathSeparator, -1))
        .filter(path -> path.endsWith(".jar"));
  }
}
