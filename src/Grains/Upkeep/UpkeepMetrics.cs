using System.Diagnostics.Metrics;
using MetaGrains.Warehouse.Upkeep;

namespace MetaGrains.Grains.Upkeep;

/// <summary>Metrics of the upkeep.</summary>
internal static class UpkeepMetrics
{
    /// <summary>Name of the meter.</summary>
    public const string Name = "MetaGrains.Upkeep";

    private static readonly Meter Instruments = new(Name);
    private static readonly Counter<long> Rounds =
        Instruments.CreateCounter<long>("metagrains.upkeep.rounds", "{round}", "Rounds of upkeep: worked, left to another silo, or failed.");
    private static readonly Counter<long> Work =
        Instruments.CreateCounter<long>("metagrains.upkeep.work", "{item}", "What rounds of upkeep did, by kind.");

    public static void Round(UpkeepReport report)
    {
        Rounds.Add(1, new KeyValuePair<string, object?>("outcome", report.Ran ? "worked" : "elsewhere"));
        Add("months_made", report.Made);
        Add("months_detached", report.Detached.Count);
        Add("runs_abandoned", report.AbandonedRuns);
        Add("rows_staged", report.StagedRows);
        Add("rows_logged", report.LogRows);
    }

    public static void Failed() => Rounds.Add(1, new KeyValuePair<string, object?>("outcome", "failed"));

    public static void Erased() => Add("tenants_erased", 1);

    private static void Add(string kind, long count)
    {
        if (count > 0)
            Work.Add(count, new KeyValuePair<string, object?>("kind", kind));
    }
}
