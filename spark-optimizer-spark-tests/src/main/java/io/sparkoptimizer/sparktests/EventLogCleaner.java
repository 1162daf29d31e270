package io.sparkoptimizer.sparktests;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Takes out of an event log what tells of the machine that made it, so that the log can be published: paths, host names, user names, the
 * class path, the JVM's system properties, environment values, addresses of log pages.
 *
 * <p>It goes through each line as JSON and copies it token by token; a line in which nothing had to change is copied as it is. Numbers are
 * copied as they are written, so every metric stays what it was. The same path, host or user gets the same replacement throughout a log
 * and, in one cleaner, in all its logs. A first pass over the whole log learns its hosts and users, wherever they are named first.
 *
 * <p>What it cannot know: a secret or a name of a person in free text, such as a SQL comment. It is for logs of our own jobs. Not for use
 * from several threads.
 */
public final class EventLogCleaner {

  /** Replaces the user who ran the application. */
  public static final String USER = "spark";

  private static final String REMOVED = "(removed)";
  private static final JsonFactory JSON = new JsonFactory();

  /** System properties that a reader of logs makes use of; the others describe the machine alone. */
  private static final Set<String> SYSTEM_PROPERTIES = Set.of(
      "SPARK_SUBMIT",
      "file.encoding",
      "java.specification.version",
      "java.version",
      "java.vm.name",
      "os.arch",
      "os.name",
      "sun.java.command",
      "user.timezone");

  private static final Set<String> EMPTIED = Set.of("Classpath Entries", "Log Urls");
  private static final Set<String> HOST_FIELDS = Set.of(
      "Host", "host", "hostId", "Host Name", "spark.driver.host", "spark.driver.bindAddress");
  private static final Set<String> USER_FIELDS =
      Set.of("User", "user.name", "spark.yarn.proxyUser");
  private static final List<String> ENVIRONMENT =
      List.of("spark.executorEnv.", "spark.yarn.appMasterEnv.", "spark.kubernetes.driverEnv.");
  private static final Pattern NEUTRAL_HOST =
      Pattern.compile("localhost|127(?:\\.\\d+){3}|0\\.0\\.0\\.0|::1|\\[::1]|host-\\d+|driver|");

  /** A vendor in parentheses, as in {@code 17.0.15 (Debian)}. */
  private static final Pattern VENDOR = Pattern.compile("\\s*\\(.*\\)$");

  /** A user name shorter than this is replaced where it is the whole value, not inside other text. */
  private static final int SHORTEST_USER_IN_TEXT = 4;

  private final Map<String, String> folders;
  private final Map<String, String> hosts = new TreeMap<>(
      Comparator.comparing(String::length).reversed().thenComparing(Comparator.naturalOrder()));
  private final Map<String, String> users = new LinkedHashMap<>();
  private final Map<String, String> unnamed = new HashMap<>();

  private EventLogCleaner(Builder builder) {
    this.folders = new TreeMap<>(
        Comparator.comparing(String::length).reversed().thenComparing(Comparator.naturalOrder()));
    this.folders.putAll(builder.folders);
    builder.hosts.keySet().forEach(this::learnHost);
  }

  /** A cleaner that knows nothing of the machine yet. */
  public static Builder builder() {
    return new Builder();
  }

  /** What is known of the machine beforehand. */
  public static final class Builder {

    private final Map<String, String> folders = new LinkedHashMap<>();
    private final Map<String, String> hosts = new LinkedHashMap<>();

    private Builder() {}

    /**
     * Names what stands for a folder; folders without a name of their own become {@code /data/path-N}.
     *
     * @param to a path under one of the neutral folders, such as {@code /data/sales}
     */
    public Builder folder(Path from, String to) {
      if (MachinePaths.tellsOfMachine(to)) {
        throw new IllegalArgumentException(
            "\"" + to + "\" is not under one of " + MachinePaths.NEUTRAL);
      }
      folders.put(from.toAbsolutePath().normalize().toString(), to);
      return this;
    }

    /** A host name to replace besides those that the log itself gives as hosts. */
    public Builder host(String name) {
      hosts.put(name, name);
      return this;
    }

    public EventLogCleaner build() {
      return new EventLogCleaner(this);
    }
  }

  /**
   * Writes a clean copy of a log, packed as the original is.
   *
   * @param log a file, or an {@code eventlog_v2_*} folder
   * @param target the file or folder to write
   * @throws IOException if a line is not JSON; cut a log after it is clean, not before
   */
  public void clean(Path log, Path target) throws IOException {
    List<Path> parts = EventLogText.parts(log);
    for (Path part : parts) {
      int number = 0;
      for (String line : EventLogText.lines(part)) {
        number++;
        try {
          learn(line);
        } catch (JsonProcessingException e) {
          throw new IOException(
              part + " line " + number + " is not JSON: " + e.getOriginalMessage(), e);
        }
      }
    }
    if (Files.isDirectory(log)) {
      Files.createDirectories(target);
      try (var files = Files.list(log)) {
        for (Path status : files
            .filter(f -> f.getFileName().toString().startsWith("appstatus_"))
            .toList()) {
          Files.deleteIfExists(target.resolve(status.getFileName()));
          Files.createFile(target.resolve(status.getFileName()));
        }
      }
    }
    for (Path part : parts) {
      Path to = Files.isDirectory(log) ? target.resolve(part.getFileName()) : target;
      try (OutputStream out =
          EventLogText.codec(part).pack(new BufferedOutputStream(Files.newOutputStream(to)))) {
        for (String line : EventLogText.lines(part)) {
          out.write(cleanLine(line).getBytes(StandardCharsets.UTF_8));
          out.write('\n');
        }
      }
    }
  }

  /** Learns the hosts and users that a line names. */
  void learn(String line) throws IOException {
    try (JsonParser parser = JSON.createParser(line)) {
      for (JsonToken token = parser.nextToken(); token != null; token = parser.nextToken()) {
        String field = parser.currentName();
        if (token == JsonToken.VALUE_STRING && field != null) {
          if (HOST_FIELDS.contains(field)) {
            learnHost(parser.getText());
          } else if (USER_FIELDS.contains(field)) {
            learnUser(parser.getText());
          }
        }
      }
    }
  }

  private void learnHost(String host) {
    if (!NEUTRAL_HOST.matcher(host).matches()) {
      hosts.computeIfAbsent(host, h -> "host-" + (hosts.size() + 1));
    }
  }

  private void learnUser(String user) {
    if (!user.isEmpty() && !user.equals(USER)) {
      users.put(user, USER);
    }
  }

  /** Returns one event without traces of the machine; the same string where there are none. */
  String cleanLine(String line) throws IOException {
    StringWriter copy = new StringWriter(line.length() + 16);
    boolean changed;
    try (JsonParser parser = JSON.createParser(line);
        JsonGenerator generator = JSON.createGenerator(copy)) {
      changed = copy(parser, generator);
    }
    return changed ? copy.toString() : line;
  }

  private boolean copy(JsonParser parser, JsonGenerator generator) throws IOException {
    boolean changed = false;
    Deque<String> objects = new ArrayDeque<>();
    for (JsonToken token = parser.nextToken(); token != null; token = parser.nextToken()) {
      switch (token) {
        case FIELD_NAME -> {
          String field = parser.currentName();
          String in = objects.isEmpty() ? "" : objects.peek();
          if (isDropped(in, field, parser)) {
            parser.skipChildren();
            changed = true;
          } else {
            String clean = text(field);
            changed |= !clean.equals(field);
            generator.writeFieldName(clean);
            if (EMPTIED.contains(field) && parser.currentToken() == JsonToken.START_OBJECT) {
              changed |= empty(parser);
              generator.writeStartObject();
              generator.writeEndObject();
            } else {
              changed |= copyToken(field, parser, generator, objects);
            }
          }
        }
        case END_OBJECT -> {
          objects.pop();
          generator.writeEndObject();
        }
        case END_ARRAY -> generator.writeEndArray();
        default -> changed |= copyToken("", parser, generator, objects);
      }
    }
    return changed;
  }

  /** Whether an entry is left out; moves the parser to the entry's value. */
  private static boolean isDropped(String object, String field, JsonParser parser)
      throws IOException {
    JsonToken value = parser.nextToken();
    if (value != JsonToken.VALUE_STRING) {
      return false;
    }
    return switch (object) {
      case "System Properties" -> !SYSTEM_PROPERTIES.contains(field);
      // Hadoop's defaults are the same everywhere but for those that hold a path of this machine.
      case "Hadoop Properties" ->
        !MachinePaths.replace(parser.getText(), path -> "").equals(parser.getText());
      default -> false;
    };
  }

  /** Passes over an object and says whether there was anything in it. */
  private static boolean empty(JsonParser parser) throws IOException {
    boolean any = false;
    for (int depth = 1; depth > 0; ) {
      JsonToken token = parser.nextToken();
      if (token == JsonToken.END_OBJECT) {
        depth--;
      } else {
        any = true;
        if (token == JsonToken.START_OBJECT) {
          depth++;
        }
      }
    }
    return any;
  }

  private boolean copyToken(
      String field, JsonParser parser, JsonGenerator generator, Deque<String> objects)
      throws IOException {
    switch (parser.currentToken()) {
      case START_OBJECT -> {
        objects.push(field);
        generator.writeStartObject();
      }
      case START_ARRAY -> generator.writeStartArray();
      case VALUE_STRING -> {
        String value = parser.getText();
        String clean = value(field, value);
        generator.writeString(clean);
        return !clean.equals(value);
      }
      case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> generator.writeNumber(parser.getText());
      default -> generator.copyCurrentEvent(parser);
    }
    return false;
  }

  private String value(String field, String value) {
    if (field.equals("Java Home")) {
      return "/opt/java";
    }
    if (field.equals("Java Version") || field.equals("java.version")) {
      return VENDOR.matcher(value).replaceFirst("");
    }
    if (USER_FIELDS.contains(field)) {
      return value.isEmpty() ? value : USER;
    }
    if (ENVIRONMENT.stream().anyMatch(field::startsWith)) {
      return REMOVED;
    }
    return text(value);
  }

  private String text(String text) {
    String clean = MachinePaths.replace(text, this::path);
    for (Map.Entry<String, String> host : hosts.entrySet()) {
      clean = word(clean, host.getKey(), host.getValue());
    }
    for (Map.Entry<String, String> user : users.entrySet()) {
      if (user.getKey().length() >= SHORTEST_USER_IN_TEXT && !user.getKey().equals("root")) {
        clean = word(clean, user.getKey(), user.getValue());
      }
    }
    return clean;
  }

  private static String word(String text, String word, String replacement) {
    return text.contains(word)
        ? Pattern.compile("(?<![\\w-])(?<!\\w\\.)" + Pattern.quote(word) + "(?![\\w-]|\\.\\w)")
            .matcher(text)
            .replaceAll(Matcher.quoteReplacement(replacement))
        : text;
  }

  private String path(String path) {
    for (Map.Entry<String, String> folder : folders.entrySet()) {
      if (MachinePaths.isIn(path, folder.getKey())) {
        return folder.getValue() + path.substring(folder.getKey().length());
      }
    }
    String cut = cut(path);
    if (cut != null) {
      return cut;
    }
    return unnamed.computeIfAbsent(path, p -> "/data/path-" + (unnamed.size() + 1));
  }

  /** Spark shortens long plans with three dots, in the middle of a folder's name too. */
  private @Nullable String cut(String path) {
    if (path.endsWith("...")) {
      String begin = path.substring(0, path.length() - 3);
      for (Map.Entry<String, String> folder : folders.entrySet()) {
        if (folder.getKey().startsWith(begin)) {
          return folder.getValue() + "...";
        }
      }
    }
    return null;
  }

  /** Cleans logs from a shell: {@code EventLogCleaner [--folder FROM=TO]... LOG TARGET}. */
  public static void main(String[] args) throws IOException {
    Builder builder = builder();
    int i = 0;
    for (; i + 1 < args.length && args[i].equals("--folder"); i += 2) {
      int equals = args[i + 1].indexOf('=');
      if (equals < 0) {
        throw new IllegalArgumentException("--folder takes FROM=TO, was " + args[i + 1]);
      }
      builder.folder(Path.of(args[i + 1].substring(0, equals)), args[i + 1].substring(equals + 1));
    }
    if (args.length != i + 2) {
      System.err.println("usage: EventLogCleaner [--folder FROM=TO]... LOG TARGET");
      System.exit(2);
    }
    builder.build().clean(Path.of(args[i]), Path.of(args[i + 1]));
  }
}
