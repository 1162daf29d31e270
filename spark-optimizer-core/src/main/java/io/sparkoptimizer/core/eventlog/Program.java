package io.sparkoptimizer.core.eventlog;

import io.sparkoptimizer.spark.ApplicationKind;
import io.sparkoptimizer.spark.ClusterManager;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The program that an application ran: its main class or its script, out of the JVM's command line.
 * Arguments are never kept: they carry secrets.
 *
 * @param main the main class, or the file name of a script or jar; null where the log has no command
 */
record Program(@Nullable String main) {
  private static final String SUBMIT = "org.apache.spark.deploy.SparkSubmit";
  private static final String YARN_MASTER = "org.apache.spark.deploy.yarn.ApplicationMaster";

  private static final String DRIVER_WRAPPER = "org.apache.spark.deploy.worker.DriverWrapper";

  static Program of(@Nullable String javaCommand) {
    if (javaCommand == null || javaCommand.isBlank()) {
      return new Program(null);
    }
    List<String> words = List.of(javaCommand.strip().split("\\s+", -1));
    String first = words.get(0);
    if (first.equals(DRIVER_WRAPPER) && words.size() > 3) {
      return new Program(words.get(3)); // standalone cluster mode: worker URL, jar, main class
    }
    if (!first.equals(SUBMIT) && !first.equals(YARN_MASTER)) {
      return new Program(baseName(first));
    }
    int resource = primaryResource(words);
    // Behind it are the program's own arguments.
    String named = valueOf("--class", words.subList(0, resource));
    String script = resource < words.size() && !words.get(resource).endsWith(".jar")
        ? baseName(words.get(resource))
        : null;
    // Python and R run behind a class of Spark's own: the script tells more.
    boolean runner = named == null || named.startsWith("org.apache.spark.deploy.");
    return new Program(runner && script != null ? script : named);
  }

  private static @Nullable String valueOf(String option, List<String> words) {
    int at = words.indexOf(option);
    return at >= 0 && at + 1 < words.size() ? words.get(at + 1) : null;
  }

  /**
   * Where the script or jar stands that is run: the first that is not another option's value, since
   * {@code --py-files} and {@code --jars} come before it. Behind the last word if there is none.
   */
  private static int primaryResource(List<String> words) {
    for (int i = 1; i < words.size(); i++) {
      String word = words.get(i);
      String before = words.get(i - 1);
      boolean isValue = before.startsWith("--")
          && !before.equals("--verbose")
          && !before.equals("--supervise")
          && !before.equals("--primary-py-file")
          && !before.equals("--primary-r-file");
      if (!isValue
          && !word.startsWith("--")
          && (word.endsWith(".py") || word.endsWith(".R") || word.endsWith(".jar"))) {
        return i;
      }
    }
    return words.size();
  }

  private static String baseName(String path) {
    return path.substring(path.lastIndexOf('/') + 1);
  }

  ApplicationKind kind(
      Map<String, String> configuration, ClusterManager clusterManager, boolean streaming) {
    String program = main == null ? "" : main;
    String name = configuration.getOrDefault("spark.app.name", "");
    String lower = name.toLowerCase(Locale.ROOT);
    if (program.contains("HiveThriftServer2") || lower.startsWith("thrift jdbc/odbc server")) {
      return ApplicationKind.THRIFT_SERVER;
    }
    if (program.contains("SparkConnectServer")) {
      return ApplicationKind.CONNECT;
    }
    if (lower.startsWith("livy-session") || program.startsWith("org.apache.livy.")) {
      return ApplicationKind.LIVY;
    }
    if (clusterManager == ClusterManager.DATABRICKS && isAllPurpose(configuration)) {
      return ApplicationKind.NOTEBOOK;
    }
    if (lower.startsWith("zeppelin") || lower.contains("jupyter")) {
      return ApplicationKind.NOTEBOOK;
    }
    if (streaming) {
      return ApplicationKind.STREAMING;
    }
    boolean shell = program.equals("org.apache.spark.repl.Main")
        || program.contains("SparkSQLCLIDriver")
        || lower.equals("spark shell")
        || lower.equals("pysparkshell")
        || lower.equals("sparkr");
    return shell ? ApplicationKind.SHELL : ApplicationKind.BATCH;
  }

  /** Job clusters are named for the run that they were made for: {@code job-123-run-4}. */
  private static boolean isAllPurpose(Map<String, String> configuration) {
    String cluster = configuration.get("spark.databricks.clusterUsageTags.clusterName");
    String source = configuration.get("spark.databricks.clusterSource");
    return source != null ? source.equals("UI") : cluster != null && !cluster.startsWith("job-");
  }
}
