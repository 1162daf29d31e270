package io.sparkoptimizer.core.eventlog;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Takes secrets out while a log is read, so that none reaches a value, a database or a message.
 *
 * <p>A property whose name tells of a secret loses its value: by Spark's own pattern ({@code
 * spark.redaction.regex}) and by ours. In any other text only the secret goes: behind {@code
 * password=}, in {@code user:password@host}, in bearer tokens and in the keys of clouds.
 */
final class Redaction {
  /** What Spark writes in place of a secret. */
  static final String REDACTED = "*********(redacted)";

  private static final String QUOTED = Matcher.quoteReplacement(REDACTED);

  /** Spark's default, then names that it does not know. */
  private static final Pattern SECRET_NAME = Pattern.compile(
      "(?i)secret|password|token|access[.]?key|passwd|passphrase|credential|account[._-]?key"
          + "|private[._-]?key|api[._-]?key|fs\\.azure\\.(account\\.key|sas)|[._-]sas([._-]|$)");

  /** {@code name=value}, {@code "name": "value"}, {@code --name value}; {@code sig} is Azure's SAS. */
  private static final Pattern ASSIGNED = Pattern.compile(
      "(?i)((?=[sptcak])(?:secret|password|passwd|passphrase|pwd|token|credential|access[._-]?key"
          + "|account[._-]?key|private[._-]?key|api[._-]?key|(?<![a-z0-9])sig(?=\\s*=))"
          + "[\\w.-]{0,100}[\"']?(?:\\s{0,20}[=:]\\s{0,20}|\\s{1,20}(?=['\"])))"
          + "(\"[^\"]*\"|'[^']*'|[^\\s,;&\"']+)");

  private static final Pattern OPTION = Pattern.compile(
      "(?i)((?<![\\w-])--?[\\w.-]{0,60}(?:secret|password|passwd|passphrase|token|credential"
          + "|access-?key|account-?key|private-?key|api-?key)[\\w.-]{0,60}\\s{1,20})(?!-)[^\\s,;&\"'=]+");

  /** To the last {@code @} before the path: passwords hold {@code @} too. */
  private static final Pattern USER_INFO =
      Pattern.compile("(://[^/\\s:@\"']{0,200}:)[^/\\s\"']{1,500}(?=@)");

  /** Each may begin only where a word does: a run of a million letters is looked at once. */
  private static final Pattern KNOWN_SHAPE = Pattern.compile("\\b(?:AKIA|ASIA)[0-9A-Z]{16}\\b"
      + "|\\bdapi[0-9a-f]{32}\\b"
      + "|(?<![\\w-])eyJ[\\w-]{8,}\\.[\\w-]{8,}\\.[\\w-]*"
      + "|(?i:(?<=\\bbearer |authorization: basic )[\\w.~+/-]{8,}=*)");

  private Redaction() {}

  /** A property's value without its secrets. */
  static String property(String name, String value) {
    return SECRET_NAME.matcher(name).find() ? REDACTED : text(value);
  }

  /** Any text without its secrets. */
  static String text(String text) {
    String clean = ASSIGNED.matcher(text).replaceAll("$1" + QUOTED);
    clean = OPTION.matcher(clean).replaceAll("$1" + QUOTED);
    clean = USER_INFO.matcher(clean).replaceAll("$1" + QUOTED);
    return KNOWN_SHAPE.matcher(clean).replaceAll(QUOTED);
  }
}
