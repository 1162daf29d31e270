package io.sparkoptimizer.sparktests;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Spark's own History Server over a folder of event logs, in a process of its own on a free port of loopback. */
public final class HistoryServerProcess implements AutoCloseable {

  private static final Duration START = Duration.ofMinutes(3);
  private static final Pattern ADDRESS =
      Pattern.compile("Bound HistoryServer to \\S+, and started at (http://\\S+:\\d+)");
  private static final Pattern APPLICATION = Pattern.compile("\"attempts\"\\s*:");

  private final ChildProcess process;
  private final HttpClient http =
      HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(5)).build();
  private final URI baseUrl;

  private HistoryServerProcess(ChildProcess process, URI baseUrl) {
    this.process = process;
    this.baseUrl = baseUrl;
  }

  /**
   * Starts a History Server and waits until its REST interface answers. Whether it lists an application yet is another matter: see {@link
   * #awaitApplications}.
   *
   * @param logs the folder of event logs
   * @param folder where the process writes its output
   * @param properties more {@code spark.*} properties, such as {@code spark.history.store.path}
   */
  public static HistoryServerProcess start(
      SparkInstallation installation, Path logs, Path folder, Map<String, String> properties) {
    List<String> options = new ArrayList<>();
    options.add(
        "-Dspark.history.fs.logDirectory=" + logs.toAbsolutePath().normalize().toUri());
    options.add("-Dspark.history.ui.port=0");
    options.add("-Dspark.history.fs.update.interval=1s");
    properties.forEach((key, value) -> options.add("-D" + key + "=" + value));
    ChildProcess process = ChildProcess.start(
        "history-server",
        installation.command(
            "1g", options, "org.apache.spark.deploy.history.HistoryServer", List.of()),
        installation.environment(),
        folder.toAbsolutePath().normalize());
    try {
      URI address = URI.create(process.awaitOutput(ADDRESS, START).group(1));
      HistoryServerProcess server = new HistoryServerProcess(process, address);
      server.awaitApplications(0, START);
      return server;
    } catch (RuntimeException e) {
      process.close();
      throw e;
    }
  }

  /** The server's address without a path, such as {@code http://127.0.0.1:41783}. */
  public URI baseUrl() {
    return baseUrl;
  }

  /** Waits until the server lists at least so many applications, complete or not, and returns the list as JSON. */
  public String awaitApplications(int count, Duration deadline) {
    return process.awaitCondition(
        "list of " + count + " applications",
        () -> {
          HttpResponse<String> answer;
          try {
            answer = get("/api/v1/applications");
          } catch (IOException notYet) {
            return null;
          }
          return answer.statusCode() == 200 && count(answer.body()) >= count ? answer.body() : null;
        },
        deadline);
  }

  private static int count(String applications) {
    int n = 0;
    for (Matcher m = APPLICATION.matcher(applications); m.find(); ) {
      n++;
    }
    return n;
  }

  /** Asks the server for a path, such as {@code /api/v1/applications}. */
  public HttpResponse<String> get(String path) throws IOException {
    HttpRequest request = HttpRequest.newBuilder(baseUrl.resolve(path))
        .timeout(Duration.ofSeconds(30))
        .build();
    try {
      return http.send(request, HttpResponse.BodyHandlers.ofString());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while asking for " + path, e);
    }
  }

  /** What the server has written so far. */
  public String output() {
    return process.output();
  }

  @Override
  public void close() {
    process.close();
  }
}
