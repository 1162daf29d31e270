package io.sparkoptimizer.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.sparkoptimizer.Interval;
import io.sparkoptimizer.Resources;
import io.sparkoptimizer.WhatIf;
import io.sparkoptimizer.spark.ApplicationRun;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NamedNodeMap;
import org.w3c.dom.NodeList;

/** The page that {@code whatif --format html} prints. It is written so that it is well-formed XML too. */
class WhatIfHtmlTest {
  private Shell shell;

  @BeforeEach
  void makeShell(@TempDir Path folder) {
    shell = new Shell(folder);
    shell.optimizer.runs.add(Fixtures.fullRun());
  }

  private static WhatIf.Point point(int executors, int cores, double ms) {
    return new WhatIf.Point(
        given(executors, cores),
        new Interval(ms * 0.8, ms, ms * 1.2),
        OptionalLong.of(1_000),
        OptionalLong.of(Math.round(ms) - 1_000),
        OptionalLong.of(500),
        OptionalLong.of(Math.round(ms * executors * cores)),
        OptionalDouble.of(0.75),
        OptionalDouble.of(ms * executors / 1e6),
        null);
  }

  private static WhatIf.Point refused(int executors, int cores, String why) {
    return new WhatIf.Point(
        given(executors, cores),
        null,
        OptionalLong.empty(),
        OptionalLong.empty(),
        OptionalLong.empty(),
        OptionalLong.empty(),
        OptionalDouble.empty(),
        OptionalDouble.empty(),
        why);
  }

  private static Resources given(int executors, int cores) {
    return Resources.builder().numExecutors(executors).executorCores(cores).build();
  }

  private static WhatIf.Knee knee(int cores, int executors) {
    return new WhatIf.Knee(
        OptionalInt.of(cores),
        OptionalLong.empty(),
        OptionalInt.empty(),
        OptionalInt.of(executors),
        null);
  }

  private static WhatIf.Knee noKnee(int cores, String why) {
    return new WhatIf.Knee(
        OptionalInt.of(cores), OptionalLong.empty(), OptionalInt.empty(), OptionalInt.empty(), why);
  }

  private static WhatIf answer(String appId, List<WhatIf.Knee> knees, WhatIf.Point... points) {
    return new WhatIf(
        appId,
        new WhatIf.Baseline(
            OptionalInt.of(4),
            OptionalInt.of(2),
            OptionalLong.of(600_000),
            OptionalLong.of(1_000),
            OptionalLong.of(599_000),
            OptionalLong.of(500)),
        List.of(points),
        knees);
  }

  private static WhatIf curve() {
    return answer(
        "app-1",
        List.of(knee(2, 8)),
        point(2, 2, 1_200_000),
        point(4, 2, 620_000),
        point(8, 2, 400_000),
        point(16, 2, 390_000),
        refused(32, 2, "no run had so many"));
  }

  private String page(WhatIf answer) {
    shell.optimizer.whatIf = answer;
    boolean answered = answer.points().stream().anyMatch(point -> point.refused() == null);
    shell.run("whatif", "--app-id", "app-1", "--format", "html").exits(answered ? 0 : 4);
    return shell.out();
  }

  /** The page's elements; fails where it is not well-formed. */
  private static List<Element> elements(String page) {
    try {
      Document document = DocumentBuilderFactory.newInstance()
          .newDocumentBuilder()
          .parse(new ByteArrayInputStream(page.getBytes(StandardCharsets.UTF_8)));
      NodeList all = document.getElementsByTagName("*");
      List<Element> elements = new ArrayList<>();
      for (int i = 0; i < all.getLength(); i++) {
        elements.add((Element) all.item(i));
      }
      return elements;
    } catch (Exception e) {
      throw new AssertionError("not well-formed: " + page, e);
    }
  }

  private static List<Element> named(String page, String name) {
    return elements(page).stream().filter(one -> one.getTagName().equals(name)).toList();
  }

  private static List<String> texts(String page, String name) {
    return named(page, name).stream().map(Element::getTextContent).toList();
  }

  @Test
  void html_curve_showsTimeCostKneeAndToday() {
    String page = page(curve());

    assertThat(page).startsWith("<!DOCTYPE html>").contains("lang=\"en\"");
    assertThat(texts(page, "title"))
        .contains(
            "What if: nightly-sales",
            "Predicted time against executors",
            "Cost against executors",
            "8 executors: 6 min 40 s (5 min 20 s to 8 min 00 s), the knee");
    assertThat(texts(page, "desc"))
        .contains(
            "Predicted time goes from 20 min 00 s at 2 executors to 6 min 30 s at 16 executors."
                + " The table below has every figure.");
    assertThat(texts(page, "text"))
        .contains("time (min)", "cost (USD)", "executors (logarithmic)", "knee: 8", "the run: 1");
    assertThat(named(page, "polygon")).as("a band for time, none for cost").hasSize(1);
    assertThat(named(page, "polyline")).hasSize(2);
    assertThat(named(page, "circle")).hasSize(8);
    assertThat(texts(page, "p"))
        .contains(
            "Knee: 8 executors. From there on one percent more cost buys less than one percent"
                + " less time.");
    assertThat(texts(page, "li")).containsExactly("no run had so many: 32 executors, 2 cores");
    assertThat(named(page, "tr")).hasSize(1 + 5);
    assertThat(texts(page, "td")).contains("6 min 40 s", "knee", "no run had so many");
  }

  @Test
  void html_charts_areAccessibleAndFitASmallScreen() {
    String page = page(curve());

    assertThat(page).contains("prefers-color-scheme:dark", "width=device-width", "overflow-x:auto");
    List<String> ids = elements(page).stream()
        .map(one -> one.getAttribute("id"))
        .filter(id -> !id.isEmpty())
        .toList();
    assertThat(ids).doesNotHaveDuplicates();
    assertThat(named(page, "svg")).hasSize(2).allSatisfy(svg -> {
      assertThat(svg.getAttribute("role")).isEqualTo("img");
      assertThat(svg.hasAttribute("width")).isFalse();
      assertThat(svg.getAttribute("viewBox")).isEqualTo("0 0 400 270");
      assertThat(ids).contains(svg.getAttribute("aria-labelledby").split(" "));
    });
  }

  @Test
  void html_coordinates_stayInsideThePicture() {
    Matcher numbers =
        Pattern.compile(" (?:x|y|x1|x2|y1|y2|cx|cy)=\"([^\"]*)\"").matcher(page(curve()));
    int seen = 0;
    while (numbers.find()) {
      assertThat(Double.parseDouble(numbers.group(1))).isBetween(0.0, 400.0);
      seen++;
    }
    assertThat(seen).isGreaterThan(50);
  }

  @Test
  void html_anything_asksNoNetworkAndRunsNothing() {
    String page = page(curve());

    assertThat(page).contains("default-src 'none'; style-src 'unsafe-inline'");
    assertThat(page).doesNotContainIgnoringCase("url(").doesNotContainIgnoringCase("@import");
    assertHarmless(page);
  }

  private static void assertHarmless(String page) {
    for (Element element : elements(page)) {
      assertThat(element.getTagName())
          .isIn(
              "html",
              "head",
              "meta",
              "title",
              "style",
              "body",
              "main",
              "h1",
              "h2",
              "p",
              "div",
              "ul",
              "li",
              "span",
              "table",
              "caption",
              "thead",
              "tbody",
              "tr",
              "th",
              "td",
              "svg",
              "desc",
              "line",
              "text",
              "polygon",
              "polyline",
              "circle");
      NamedNodeMap attributes = element.getAttributes();
      for (int i = 0; i < attributes.getLength(); i++) {
        assertThat(attributes.item(i).getNodeName().toLowerCase(Locale.ROOT))
            .doesNotStartWith("on")
            .isNotIn("href", "src", "style", "xlink:href", "action");
      }
    }
  }

  @Test
  void html_hostileTexts_areShownAsText() {
    for (String hostile : List.of(
        "<script>alert(1)</script>",
        "\" onload=\"alert(1)",
        "' onmouseover='alert(1)",
        "</title></style></desc></svg><img src=x onerror=alert(1)>",
        "]]> --> <!-- &lt;b&gt; &#60;script&#62;")) {
      shell.optimizer.runs.clear();
      shell.optimizer.runs.add(Fixtures.fullRun().toBuilder().name(hostile).build());
      String page = page(answer(
          hostile,
          List.of(noKnee(1, hostile), knee(2, 4)),
          point(2, 1, 1_000),
          point(8, 1, 500),
          point(4, 2, 300),
          refused(16, 2, hostile)));

      assertHarmless(page);
      assertThat(texts(page, "h1")).containsExactly("What if: " + hostile);
      assertThat(texts(page, "title")).contains("What if: " + hostile);
      assertThat(texts(page, "td")).contains(hostile);
      assertThat(texts(page, "p")).anyMatch(text -> text.startsWith("Run " + hostile + " took"));
    }
  }

  @Test
  void html_controlCharacters_areTakenOut() {
    ApplicationRun run =
        Fixtures.fullRun().toBuilder().name("a\u0000b\u001bc\u202ed").build();
    shell.optimizer.runs.clear();
    shell.optimizer.runs.add(run);

    assertThat(texts(page(curve()), "h1")).containsExactly("What if: a?b?c?d");
  }

  @Test
  void html_otherLocale_isTheSameToTheByte() {
    String expected = page(curve());
    Locale before = Locale.getDefault();
    try {
      for (String tag : List.of("tr-TR", "ar-EG-u-nu-arab", "de-DE", "hi-IN-u-nu-deva")) {
        Locale.setDefault(Locale.forLanguageTag(tag));
        assertThat(page(curve())).as(tag).isEqualTo(expected);
      }
    } finally {
      Locale.setDefault(before);
    }
  }

  @Test
  void html_severalSettings_areSeriesWithALegendAndAKneeEach() {
    String page = page(answer(
        "app-1",
        List.of(knee(2, 4), noKnee(4, "more executors still pay at 8")),
        point(2, 2, 9_000),
        point(2, 4, 5_000),
        point(4, 2, 5_000),
        point(4, 4, 2_800),
        point(8, 2, 4_500),
        point(8, 4, 1_600)));

    assertThat(texts(page, "li")).containsExactly("2 cores", "4 cores");
    assertThat(texts(page, "p"))
        .contains(
            "Knee with 2 cores: 4 executors. From there on one percent more cost buys less than one"
                + " percent less time.",
            "No knee with 4 cores: more executors still pay at 8.");
    assertThat(named(page, "polyline")).hasSize(4);
    assertThat(named(page, "circle").stream()
            .filter(circle -> circle.getAttribute("r").equals("6")))
        .as("one knee in each chart")
        .hasSize(2);
  }

  @Test
  void html_moreSettingsThanColours_saysSo() {
    List<WhatIf.Knee> knees = new ArrayList<>();
    List<WhatIf.Point> points = new ArrayList<>();
    for (int cores = 1; cores <= 8; cores++) {
      knees.add(noKnee(cores, "two points"));
      points.add(point(1, cores, 8_000.0 / cores));
      points.add(point(2, cores, 4_000.0 / cores));
    }
    String page = page(answer("app-1", knees, points.toArray(WhatIf.Point[]::new)));

    assertThat(named(page, "polyline")).hasSize(12);
    assertThat(texts(page, "p"))
        .contains("The charts show the first 6 of 8 combinations; the table has all.");
    assertThat(named(page, "tr")).hasSize(1 + 16);
  }

  @Test
  void html_nothingAnswered_hasReasonsAndNoChart() {
    String page = page(answer(
        "app-1",
        List.of(noKnee(2, "a knee takes 3")),
        refused(1, 2, "the log is cut"),
        refused(2, 2, "the log is cut")));

    assertThat(named(page, "svg")).isEmpty();
    assertThat(texts(page, "p"))
        .contains("There is no curve to draw: fewer than two executor counts have an answer.");
    assertThat(texts(page, "li"))
        .containsExactly("the log is cut: 1 executor, 2 cores; 2 executors, 2 cores");
  }

  @Test
  void html_noCost_showsCoreHours() {
    WhatIf.Point[] points = new WhatIf.Point[2];
    for (int i = 0; i < 2; i++) {
      WhatIf.Point priced = point(1 + i, 2, 7_200_000);
      points[i] = new WhatIf.Point(
          priced.resources(),
          priced.durationMs(),
          priced.startupMs(),
          priced.workMs(),
          priced.driverMs(),
          priced.executorCoreMs(),
          priced.utilization(),
          OptionalDouble.empty(),
          null);
    }
    String page = page(answer("app-1", List.of(noKnee(2, "two points")), points));

    assertThat(texts(page, "text")).contains("core-hours");
    assertThat(texts(page, "title"))
        .contains("Core-hours against executors", "2 executors: 8.00 core-hours");
  }

  @Test
  void html_noCounts_asksAboutCountsAroundTheRuns() {
    page(curve());
    assertThat(shell.optimizer.query.executors()).hasSizeGreaterThan(1).contains(1);

    shell
        .run("whatif", "--app-id", "app-1", "--format", "html", "--executors", "3,5")
        .exits(0);
    assertThat(shell.optimizer.query.executors()).containsExactly(3, 5);
    shell
        .run("whatif", "--app-id", "app-1", "--format", "html", "--dynamic", "1:5")
        .exits(0);
    assertThat(shell.optimizer.query.executors()).isEmpty();
    shell.run("whatif", "--app-id", "app-1", "--format", "json").exits(0);
    assertThat(shell.optimizer.query.executors()).as("the run as it was").isEmpty();
  }

  @Test
  void html_failure_printsNoPage() {
    shell.run("whatif", "--app-id", "no-such", "--format", "html").exits(1);

    assertThat(shell.out()).isEmpty();
    assertThat(shell.err()).contains("no recorded run has the application id no-such");
  }

  @Test
  void table_knee_isToldBelow() {
    shell.optimizer.whatIf = curve();
    shell.run("whatif", "--app-id", "app-1", "--executors", "2,4,8,16,32").exits(0);
    assertThat(shell.out())
        .contains(
            "Knee: 8 executors. From there on one percent more cost buys less than one percent");

    shell.optimizer.whatIf = answer("app-1", List.of(noKnee(2, "no")), point(2, 2, 1_000));
    shell.run("whatif", "--app-id", "app-1").exits(0);
    assertThat(shell.out()).as("one point was no question for it").doesNotContain("nee:");
  }

  @Test
  void json_knee_isTheFirstCombinations() {
    shell.optimizer.whatIf = curve();
    shell
        .run("whatif", "--app-id", "app-1", "--executors", "2,4,8,16,32", "--format", "json")
        .exits(0);
    assertThat(shell.json().get("knee").toString()).isEqualTo("{\"executors\":8}");
    assertThat(shell.json().get("knees").toString())
        .isEqualTo("[{\"executor_cores\":2,\"executor_memory_mb\":null,"
            + "\"shuffle_partitions\":null,\"executors\":8,\"why\":null}]");
  }
}
