using MetaGrains.Grains.Incidents;
using MetaGrains.Grains.Schedules;
using MetaGrains.Grains.Sweeps;
using MetaGrains.Warehouse.Accounts;
using MetaGrains.Warehouse.Control;
using MetaGrains.Warehouse.Shapes;

namespace MetaGrains.Grains.Accounts;

/// <summary>What every account grain of a silo shares.</summary>
public sealed class AccountStores(
    AccountTruthStore truth, ScheduleWriter schedules, RunQueue queue, AccountPulls pulls, IntegrationStore integrations, ShapeStore shapes,
    IncidentBoard board, IncidentReporter reporter, StartGate gate, TimeProvider clock)
{
    internal AccountTruthStore Truth => truth;

    internal ScheduleWriter Schedules => schedules;

    internal RunQueue Queue => queue;

    internal ShapeStore Shapes => shapes;

    internal IncidentBoard Board => board;

    internal IncidentReporter Reporter => reporter;

    internal StartGate Gate => gate;

    internal PumpServices Pump { get; } = new(pulls, integrations, clock, Random.Shared.NextDouble);
}
