package io.sparkoptimizer.jdbc;

import java.nio.charset.StandardCharsets;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Where a database is, taken apart so that no secret stays in a text that anyone prints: user,
 * password and whatever a parameter's name calls secret are {@code properties}, not part of the url.
 *
 * @param product what answers there
 * @param jdbcUrl for the driver, without secrets
 * @param properties for the driver, secrets among them
 * @param file the database's file; null for a server
 */
record DatabaseUrl(
    Product product,
    String jdbcUrl,
    Map<String, String> properties,
    @Nullable Path file) {

  /** What is wanted, for messages. */
  static final String FORMS =
      "sqlite:///relative/path, sqlite:////absolute/path, postgresql://user:password@host/database,"
          + " mysql://user:password@host/database or a jdbc: url of one of them";

  enum Product {
    SQLITE("org.sqlite.JDBC", "org.xerial:sqlite-jdbc"),
    POSTGRESQL(
        "org.postgresql.Driver",
        "org.postgresql:postgresql and org.flywaydb:flyway-database-postgresql"),
    MYSQL("com.mysql.cj.jdbc.Driver", "com.mysql:mysql-connector-j and org.flywaydb:flyway-mysql"),
    MARIADB(
        "org.mariadb.jdbc.Driver",
        "org.mariadb.jdbc:mariadb-java-client and org.flywaydb:flyway-mysql");

    final String driverClass;
    /** What to add to the class path where the driver is missing. */
    final String dependency;

    Product(String driverClass, String dependency) {
      this.driverClass = driverClass;
      this.dependency = dependency;
    }
  }

  private static final Pattern SCHEME = Pattern.compile("(?s)(jdbc:)?([a-z0-9+]+):(.*)");

  private static final String HOST = "(?:[\\w.\\-]+|\\[[\\p{XDigit}:.]+\\])(?::[0-9]{1,5})?";

  /** The password may hold any character: the last @ that a host and a database follow ends it. */
  private static final Pattern SERVER = Pattern.compile(
      "(?s)//(?:([^:@]*)(?::(.*))?@)?" + "(" + HOST + "(?:," + HOST + ")*)/([^/?@]+)(?:\\?(.*))?");

  private static final Pattern SECRET =
      Pattern.compile("(?i)user(name)?|.*(pass|secret|token|credential|key).*");

  /** @throws IllegalArgumentException saying what was wanted, and nothing of the url */
  static DatabaseUrl parse(String url) {
    Matcher matcher = SCHEME.matcher(url);
    if (!matcher.matches()) {
      throw new IllegalArgumentException("expected " + FORMS);
    }
    boolean jdbc = matcher.group(1) != null;
    String rest = matcher.group(3);
    return switch (matcher.group(2)) {
      case "sqlite" -> jdbc ? sqliteOfDriver(rest) : sqliteShort(rest);
      case "postgresql", "postgres" -> server(Product.POSTGRESQL, "postgresql", rest);
      case "mariadb" -> server(Product.MARIADB, "mariadb", rest);
      // MariaDB's driver speaks to both servers; MySQL's own must be asked for by its jdbc: url.
      case "mysql" ->
        jdbc ? server(Product.MYSQL, "mysql", rest) : server(Product.MARIADB, "mariadb", rest);
      default -> throw new IllegalArgumentException("expected " + FORMS);
    };
  }

  /** A file, named as it is: in these forms no character has a meaning of its own. */
  static DatabaseUrl ofFile(Path file, Map<String, String> properties) {
    Path absolute = file.toAbsolutePath().normalize();
    // As a URI, for the driver would take ? for the end of the name.
    return new DatabaseUrl(Product.SQLITE, "jdbc:sqlite:" + absolute.toUri(), properties, absolute);
  }

  private static DatabaseUrl sqliteShort(String rest) {
    if (!rest.startsWith("///") || rest.length() == 3) {
      throw new IllegalArgumentException(
          "expected sqlite:///relative/path or sqlite:////absolute/path");
    }
    return ofFile(path(rest.substring(3)), Map.of());
  }

  private static DatabaseUrl sqliteOfDriver(String rest) {
    int question = rest.indexOf('?');
    String name = question < 0 ? rest : rest.substring(0, question);
    if (name.isEmpty() || name.startsWith(":") || name.startsWith("file:")) {
      throw new IllegalArgumentException("expected jdbc:sqlite: and the path of a file;"
          + " leave spark-optimizer-jdbc out to keep runs in memory");
    }
    return ofFile(path(name), parameters(question < 0 ? "" : rest.substring(question + 1)));
  }

  private static Path path(String name) {
    try {
      return Path.of(name);
    } catch (InvalidPathException unusable) {
      throw new IllegalArgumentException("expected a file name that this system can express ("
          + unusable.getReason() + "); a UTF-8 locale such as C.UTF-8 expresses all");
    }
  }

  private static DatabaseUrl server(Product product, String scheme, String rest) {
    Matcher matcher = SERVER.matcher(rest);
    if (!matcher.matches() || isAmbiguous(rest)) {
      throw new IllegalArgumentException("expected " + scheme
          + "://user:password@host:port/database, special characters as %XX, the port a number");
    }
    Map<String, String> properties = new HashMap<>();
    if (matcher.group(1) != null && !matcher.group(1).isEmpty()) {
      properties.put("user", decoded(matcher.group(1)));
    }
    if (matcher.group(2) != null) {
      properties.put("password", decoded(matcher.group(2)));
    }
    List<String> open = new ArrayList<>();
    String parameters = matcher.group(5) == null ? "" : matcher.group(5);
    parameters(parameters).forEach((key, value) -> {
      if (SECRET.matcher(key).matches()) {
        properties.put(key.equalsIgnoreCase("username") ? "user" : key, decoded(value));
      } else {
        open.add(key + "=" + value);
      }
    });
    String jdbcUrl = "jdbc:" + scheme + "://" + matcher.group(3) + "/" + matcher.group(4)
        + (open.isEmpty() ? "" : "?" + String.join("&", open));
    return new DatabaseUrl(product, jdbcUrl, properties, null);
  }

  /** Whether an @ after a ? may end a password or belong to a parameter. */
  private static boolean isAmbiguous(String rest) {
    int question = rest.indexOf('?');
    return question >= 0
        && rest.indexOf('@', question) >= 0
        && SERVER.matcher(rest.substring(0, question)).matches();
  }

  private static Map<String, String> parameters(String text) {
    Map<String, String> parameters = new TreeMap<>();
    for (String parameter : text.split("&", -1)) {
      if (!parameter.isEmpty()) {
        int equals = parameter.indexOf('=');
        parameters.put(
            equals < 0 ? parameter : parameter.substring(0, equals),
            equals < 0 ? "" : parameter.substring(equals + 1));
      }
    }
    return parameters;
  }

  /** Undoes %XX; a % that begins none is itself, and so is +. */
  private static String decoded(String text) {
    byte[] in = text.getBytes(StandardCharsets.UTF_8);
    byte[] out = new byte[in.length];
    int length = 0;
    for (int i = 0; i < in.length; i++) {
      int high = in[i] == '%' && i + 2 < in.length ? Character.digit(in[i + 1], 16) : -1;
      int low = high < 0 ? -1 : Character.digit(in[i + 2], 16);
      out[length++] = low < 0 ? in[i] : (byte) (high << 4 | low);
      i += low < 0 ? 0 : 2;
    }
    return new String(out, 0, length, StandardCharsets.UTF_8);
  }

  /** For messages: the file, or the server and its database. */
  String shown() {
    int question = jdbcUrl.indexOf('?');
    return file != null ? file.toString() : question < 0 ? jdbcUrl : jdbcUrl.substring(0, question);
  }
}
