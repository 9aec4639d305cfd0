using MetaGrains.Core.Sync;
using MetaGrains.Grains.Schedules;
using MetaGrains.Warehouse.Accounts;
using MetaGrains.Warehouse.Control;
using MetaGrains.Warehouse.Shapes;

namespace MetaGrains.Grains.Accounts;

/// <summary>What every account grain of a silo shares.</summary>
public sealed class AccountStores(
    AccountTruthStore truth, ScheduleWriter schedules, RunQueue queue, InsightsPull pull, IntegrationStore integrations, ShapeStore shapes, TimeProvider clock)
{
    internal AccountTruthStore Truth => truth;

    internal ScheduleWriter Schedules => schedules;

    internal RunQueue Queue => queue;

    internal ShapeStore Shapes => shapes;

    internal PumpServices Pump { get; } = new(pull, integrations, clock, Random.Shared.NextDouble);
}
