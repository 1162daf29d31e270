package io.sparkoptimizer.sparktests;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Finds what tells of a machine in an event log. It looks at each line in two ways that share little, so that one's mistake is not the
 * other's: as plain text, for folders that only a machine has, the class path, and the names of this machine and its user; and as JSON,
 * for any absolute path in a string that is not under a neutral folder.
 */
public final class MachineTraces {

  private static final JsonFactory JSON = new JsonFactory();

  private static final List<Pattern> TEXT = List.of(
      Pattern.compile(
          "(?:/root\\b|/home/|/Users/|/tmp/|/var/|/usr/|/mnt/|/work\\b|/etc/|/private/|\\.m2\\b"
              + "|/opt/(?!spark\\b|java\\b|jobs\\b))[^\"\\s,;\\]]*"),
      Pattern.compile("\"(?:User|user\\.name)\":\"root\""),
      Pattern.compile("\"Classpath Entries\":\\{\"[^\"]*\""),
      Pattern.compile(
          "\"(?:java\\.(?:home|class\\.path|library\\.path|io\\.tmpdir|runtime\\.version)"
              + "|user\\.(?:dir|home)|sun\\.boot\\.library\\.path|os\\.version)\":\"[^\"]*\""),
      namesOfThisMachine());

  private MachineTraces() {}

  /** Returns the traces of a log, each with its file and line; empty if it is clean. */
  public static List<String> in(Path log) throws IOException {
    return in(log.toString(), EventLogText.lines(log));
  }

  /** Returns the traces of a log that is read from a stream, such as the entry of a zip, as far as it can be read. */
  public static List<String> in(String name, InputStream log) throws IOException {
    return in(name, EventLogText.linesUpToDamage(log));
  }

  private static List<String> in(String name, List<String> lines) throws IOException {
    List<String> traces = new ArrayList<>();
    for (int i = 0; i < lines.size(); i++) {
      Set<String> found = new LinkedHashSet<>();
      addFromText(lines.get(i), found);
      addFromJson(lines.get(i), found);
      for (String trace : found) {
        traces.add(name + " line " + (i + 1) + ": " + trace);
      }
    }
    return traces;
  }

  private static void addFromText(String line, Set<String> found) {
    for (Pattern pattern : TEXT) {
      for (Matcher matcher = pattern.matcher(line); matcher.find(); ) {
        found.add(matcher.group());
      }
    }
  }

  private static void addFromJson(String line, Set<String> found) throws IOException {
    try (JsonParser parser = JSON.createParser(line)) {
      for (JsonToken token = parser.nextToken(); token != null; token = parser.nextToken()) {
        if (token == JsonToken.VALUE_STRING || token == JsonToken.FIELD_NAME) {
          MachinePaths.replace(parser.getText(), path -> {
            found.add(path);
            return path;
          });
        }
      }
    } catch (JsonProcessingException cut) {
      // a cut line has been looked at as text, and as JSON up to the cut
    }
  }

  /** The names of this machine, its user and its folders, as whole words; not those that are words of Spark's own. */
  private static Pattern namesOfThisMachine() {
    Set<String> names = new LinkedHashSet<>(List.of(
        System.getProperty("user.name"),
        System.getProperty("user.home"),
        System.getProperty("java.home")));
    try {
      names.add(InetAddress.getLocalHost().getHostName());
      names.add(InetAddress.getLocalHost().getCanonicalHostName());
    } catch (UnknownHostException noName) {
      // then no log can have it
    }
    names.removeAll(Set.of("localhost", "root", "spark", ""));
    StringBuilder any = new StringBuilder("(?<![\\w.-])(?:(?!)");
    names.forEach(name -> any.append('|').append(Pattern.quote(name)));
    return Pattern.compile(any.append(")(?![\\w.-])").toString());
  }
}
