using MetaGrains.Core.Completeness;
using MetaGrains.Core.Insights;

namespace MetaGrains.Core.Tests.Completeness;

public sealed class ReportShapeTests
{
    private static readonly InsightsReport Report = InsightsReport.Daily(InsightsLevel.Ad);

    [Fact]
    public void The_same_question_has_the_same_shape_in_whatever_order_it_is_written() =>
        Assert.Equal(
            ReportShape.Of(Report),
            ReportShape.Of(Report with { Fields = [.. Report.Fields.Reverse()], AttributionWindows = [.. Report.AttributionWindows.Reverse()], Name = "other" }));

    [Fact]
    public void Anything_that_is_asked_otherwise_changes_the_shape()
    {
        InsightsReport[] reports =
        [
            Report,
            Report with { Level = InsightsLevel.AdSet },
            Report with { Fields = Report.Fields.Add("frequency") },
            Report with { Breakdowns = ["age"] },
            Report with { Breakdowns = ["gender"] },
            Report with { Fields = Report.Fields.Add("age") },
            Report with { AttributionWindows = ["7d_click"] },
            Report with { Filtering = [new InsightsFilter("ad.effective_status", "IN", ["ACTIVE"])] },
            Report with { Filtering = [new InsightsFilter("ad.effective_status", "IN", ["ACTIVE", "PAUSED"])] },
            Report with { Filtering = [new InsightsFilter("ad.effective_status", "NOT_IN", ["ACTIVE", "PAUSED"])] },
        ];

        Assert.Equal(reports.Length, reports.Select(ReportShape.Of).Distinct().Count());
    }

    // It is stored: another value would mark every later change of a number as one of the question.
    [Fact]
    public void The_shape_of_the_default_report_never_changes() => Assert.Equal(8002385618688952555L, ReportShape.Of(Report));
}
