package io.sparkoptimizer.sparktests;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * One Spark release: a folder that serves as {@code SPARK_HOME} and needs nothing but {@code jars/}.
 *
 * <p>The build copies each release's jars from Maven Central to {@code spark/<line>/target/home/jars}; the system property {@code
 * sparktests.homes} names the folder of the lines.
 */
public final class SparkInstallation {

  private static final Pattern CORE_JAR = Pattern.compile("spark-core_2\\.13-(.+)\\.jar");

  /** Packages of {@code java.base} that {@code spark-submit} opens to itself on Java 17. */
  private static final List<String> OPENED = List.of(
      "java.lang",
      "java.lang.invoke",
      "java.lang.reflect",
      "java.io",
      "java.net",
      "java.nio",
      "java.util",
      "java.util.concurrent",
      "java.util.concurrent.atomic",
      "sun.nio.ch",
      "sun.nio.cs",
      "sun.security.action",
      "sun.util.calendar");

  private final String version;
  private final Path home;

  private SparkInstallation(String version, Path home) {
    this.version = version;
    this.home = home;
  }

  /**
   * Returns a release that the build has copied.
   *
   * @param version a full version, such as {@code 3.5.9}, or a line, such as {@code 3.5}
   * @throws IllegalArgumentException if that release is not there; the message names those that are
   */
  public static SparkInstallation of(String version) {
    List<SparkInstallation> found = all();
    return found.stream()
        .filter(i -> i.version.equals(version) || i.version.startsWith(version + "."))
        .findFirst()
        .orElseThrow(() ->
            new IllegalArgumentException("no Spark " + version + " under " + homes() + "; found "
                + found.stream().map(SparkInstallation::version).toList()
                + ". `mvn process-resources` copies the releases; -Pfull copies more of them"));
  }

  /** Every release that the build has copied, oldest line first. */
  public static List<SparkInstallation> all() {
    Map<String, SparkInstallation> byLine = new TreeMap<>();
    try (Stream<Path> lines = Files.isDirectory(homes()) ? Files.list(homes()) : Stream.empty()) {
      for (Path line : lines.toList()) {
        Path home = line.resolve("target/home").toAbsolutePath().normalize();
        Path jars = home.resolve("jars");
        if (!Files.isDirectory(jars)) {
          continue;
        }
        try (Stream<Path> files = Files.list(jars)) {
          files
              .map(f -> CORE_JAR.matcher(f.getFileName().toString()))
              .filter(Matcher::matches)
              .forEach(m -> byLine.put(
                  line.getFileName().toString(), new SparkInstallation(m.group(1), home)));
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot list the Spark releases under " + homes(), e);
    }
    return List.copyOf(byLine.values());
  }

  private static Path homes() {
    String configured = System.getProperty("sparktests.homes");
    if (configured != null) {
      return Path.of(configured);
    }
    Path fromModule = Path.of("spark");
    return Files.isDirectory(fromModule)
        ? fromModule
        : Path.of("spark-optimizer-spark-tests", "spark");
  }

  /** The jar of {@link io.sparkoptimizer.sparktests.jobs}, as {@code spark-submit} takes it. */
  public static Path jobsJar() {
    String configured = System.getProperty("sparktests.jobs.jar");
    Path jar = configured != null
        ? Path.of(configured)
        : Path.of(SparkInstallation.class
            .getProtectionDomain()
            .getCodeSource()
            .getLocation()
            .getPath());
    if (!Files.isRegularFile(jar)) {
      throw new IllegalStateException(
          "the jobs' jar is not at " + jar + "; set the system property sparktests.jobs.jar to it");
    }
    return jar;
  }

  /** Spark's version, such as {@code 3.5.9}. */
  public String version() {
    return version;
  }

  /** Whether this is release line {@code major.minor} or a later one. */
  public boolean isAtLeast(int major, int minor) {
    String[] parts = version.split("\\.", 3);
    int own = Integer.parseInt(parts[0]);
    return own > major || (own == major && Integer.parseInt(parts[1]) >= minor);
  }

  /** The folder to name as {@code SPARK_HOME}. */
  public Path home() {
    return home;
  }

  /** A command line that runs one of Spark's programs, as {@code bin/spark-class} would. */
  List<String> command(
      String heap, List<String> jvmOptions, String mainClass, List<String> arguments) {
    List<String> command = new ArrayList<>();
    command.add(javaHome().resolve("bin").resolve("java").toString());
    command.add("-Xmx" + heap);
    for (String opened : OPENED) {
      command.add("--add-opens=java.base/" + opened + "=ALL-UNNAMED");
    }
    command.add("--add-opens=java.security.jgss/sun.security.krb5=ALL-UNNAMED");
    command.add("-Djdk.reflect.useDirectMethodHandle=false");
    command.addAll(jvmOptions);
    command.add("-cp");
    command.add(home.resolve("jars") + "/*");
    command.add(mainClass);
    command.addAll(arguments);
    return command;
  }

  /** What {@code bin/spark-class} and {@code bin/load-spark-env.sh} would set, bound to loopback. */
  Map<String, String> environment() {
    Map<String, String> own = System.getenv().entrySet().stream()
        .filter(e -> !e.getKey().startsWith("SPARK_") && !e.getKey().startsWith("HADOOP_"))
        .collect(
            Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue, (a, b) -> a, TreeMap::new));
    own.put("SPARK_HOME", home.toString());
    own.put("SPARK_SCALA_VERSION", "2.13");
    own.put("SPARK_LOCAL_IP", "127.0.0.1");
    own.put("SPARK_LOCAL_HOSTNAME", "127.0.0.1");
    own.put("SPARK_PUBLIC_DNS", "127.0.0.1");
    own.put("JAVA_HOME", javaHome().toString());
    // Jobs of seconds: the optimising compiler would take more of the processors than the jobs do,
    // and never pay it back.
    own.put("JAVA_TOOL_OPTIONS", "-XX:TieredStopAtLevel=1");
    return own;
  }

  /** The Java that runs Spark: {@code sparktests.java.home} where ours is newer than these releases accept. */
  private static Path javaHome() {
    return Path.of(System.getProperty("sparktests.java.home", System.getProperty("java.home")));
  }

  @Override
  public String toString() {
    return "Spark " + version;
  }
}
