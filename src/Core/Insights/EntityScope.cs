namespace MetaGrains.Core.Insights;

/// <summary>One object of an account and all that is below it: what a run reads that was asked for it alone.</summary>
/// <param name="Level">What it is; never <see cref="InsightsLevel.Account"/>.</param>
/// <param name="Id">Meta's id.</param>
public sealed record EntityScope(InsightsLevel Level, string Id)
{
    /// <summary>Whether the rows of a report say whose they are: those at the object's own level and below.</summary>
    public bool Reaches(InsightsReport report)
    {
        ArgumentNullException.ThrowIfNull(report);
        return report.Level >= Level;
    }

    /// <summary>The same question about this object alone.</summary>
    public InsightsReport Narrow(InsightsReport report)
    {
        ArgumentNullException.ThrowIfNull(report);
        return report with { Filtering = report.Filtering.Add(new InsightsFilter($"{Level.WireName()}.id", "IN", [Id])) };
    }

    /// <summary>Whether all rows of a page are of the object or below it.</summary>
    public bool HoldsAll(InsightPage page)
    {
        ArgumentNullException.ThrowIfNull(page);
        foreach (ref readonly var row in page.Rows.Span)
        {
            if (!string.Equals(IdIn(in row), Id, StringComparison.Ordinal))
                return false;
        }

        return true;
    }

    /// <summary>As in <c>campaign 123</c>.</summary>
    public override string ToString() => $"{Level.WireName()} {Id}";

    private string? IdIn(in InsightRow row) => Level switch
    {
        InsightsLevel.Campaign => row.CampaignId,
        InsightsLevel.AdSet => row.AdSetId,
        InsightsLevel.Ad => row.AdId,
        _ => throw new ArgumentOutOfRangeException(nameof(row), Level, "An account is not one of its objects."),
    };
}
