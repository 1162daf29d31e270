package io.sparkoptimizer.core.eventlog;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Takes secrets out while a log is read, so that none reaches a value, a database or a message.
 *
 * <p>A property whose name tells of a secret loses its value: by Spark's own pattern ({@code
 * spark.redaction.regex}) and by ours. In any other text only the secret goes: behind {@code
 * password=}, in {@code user:password@host}, in bearer tokens and in the keys of clouds.
 *
 * <p>Every pattern takes time in proportion to the text: what repeats is bounded, or ends where the
 * next attempt begins.
 */
public final class Redaction {
  /** What Spark writes in place of a secret. */
  static final String REDACTED = "*********(redacted)";

  private static final String QUOTED = Matcher.quoteReplacement(REDACTED);

  /**
   * What names a secret, for properties and for text alike. Spark's default ({@code
   * secret|password|token|access[.]?key}) is among them. {@code pass} counts only as a word that ends
   * a name (neither {@code compass} nor {@code bypassMergeThreshold}), {@code encryption.key} not as
   * {@code encryption.keySizeBits}; {@code sig} is Azure's SAS.
   */
  private static final String NAME = "(?=[acdekmpstux])" // most letters of a text begin none
      + "(?:secret|password|passwd|passphrase|pwd|token|credential"
      + "|(?:access|account|api|master|private|shared)[._-]?key"
      + "|(?:auth|encryption|signing)[._-]?keys?(?![a-z])"
      + "|(?:(?<![a-z])(?:db|key|store|user)?pass|(?-i:(?<![Bb]y)Pass))(?![\\w.-])"
      + "|(?<=[._?&-])sas(?![a-z0-9])"
      + "|(?<![a-z0-9])sig(?=\\s{0,20}=)"
      + "|(?:x-(?:amz|goog)-|(?<=[?&]))signature)";

  private static final Pattern SECRET_NAME = Pattern.compile("(?i)" + NAME);

  /** Quoted, with its escapes, to the end where the quote is cut off; or a word. */
  private static final String VALUE = "(?:\"[^\"\\\\]*+(?:\\\\.[^\"\\\\]*+){0,50}+\"?"
      + "|'[^']*+(?:''[^']*+){0,50}+'?"
      + "|\\\\{1,3}\"[^\"\\\\]*+"
      + "|[^\\s,;&\"']+)";

  /** {@code name=value}, {@code "name": "value"}, {@code name => 'value'}, {@code NAME 'value'}. */
  private static final Pattern ASSIGNED = Pattern.compile("(?is)(" + NAME
      + "[\\w.-]{0,100}\\\\{0,3}[\"']?(?:\\s{0,20}[=:]{1,2}>?\\s{0,20}|\\s{1,20}(?=['\"]))"
      + "|identified\\s{1,20}by\\s{1,20}(?:(?:password|values)\\s{1,20})?)" + VALUE);

  private static final Pattern OPTION = Pattern.compile(
      "(?i)((?<![\\w-])--?[\\w.-]{0,60}" + NAME + "[\\w.-]{0,60}\\s{1,20})(?!-)[^\\s,;&\"'=]+");

  /** {@code curl -u user:password}; {@code beeline -u jdbc:...} and {@code -u spark://...} are none. */
  private static final Pattern USER_OPTION =
      Pattern.compile("((?<![\\w-])(?:-u|--(?:proxy-)?user)[\\s=]{1,20}[\"']?"
          + "(?!jdbc:)[^\\s:\"'/]{1,100}:)(?!//)[^\\s\"']+");

  /**
   * To the last {@code @} before the path: passwords hold {@code @} too. Only in web addresses is a user
   * alone a token: elsewhere it is a container ({@code abfss://container@account}) or an endpoint.
   */
  private static final Pattern USER_INFO = Pattern.compile("(://[^/\\s:@\"']{0,200}:"
      + "|https?://(?=[^/\\s:@\"']{1,500}@)"
      + "|jdbc:oracle:\\w{1,10}:[^/\\s@\"']{1,100}/)[^/\\s\"']{1,500}(?=@)");

  /** Each may begin only where a word does: a run of a million letters is looked at once. */
  private static final Pattern KNOWN_SHAPE = Pattern.compile("\\b(?:AKIA|ASIA)[0-9A-Z]{16}\\b"
      + "|\\bdapi[0-9a-f]{32}\\b"
      + "|\\b(?:gh[oprsu]_|github_pat_|glpat-|xox[abeprs]-)[\\w-]{10,}+"
      + "|(?<![\\w-])eyJ[\\w-]{8,}\\.[\\w-]{8,}\\.[\\w-]*"
      + "|-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY-----[^-]*+(?:-(?!----)[^-]*+){0,50}+"
      + "(?:-----END [A-Z0-9 ]{0,40}PRIVATE KEY-----)?"
      + "|(?i:(?<=\\bbearer |authorization: basic )[\\w.~+/-]{8,}=*)");

  private Redaction() {}

  /** A property's value without its secrets. */
  public static String property(String name, String value) {
    return SECRET_NAME.matcher(name).find() ? REDACTED : text(value);
  }

  /** Any text without its secrets. */
  static String text(String text) {
    // Shapes first: an assignment would take the first word of a key of many words, and leave the
    // rest.
    String clean = KNOWN_SHAPE.matcher(text).replaceAll(QUOTED);
    clean = ASSIGNED.matcher(clean).replaceAll("$1" + QUOTED);
    clean = OPTION.matcher(clean).replaceAll("$1" + QUOTED);
    clean = USER_OPTION.matcher(clean).replaceAll("$1" + QUOTED);
    return USER_INFO.matcher(clean).replaceAll("$1" + QUOTED);
  }
}
