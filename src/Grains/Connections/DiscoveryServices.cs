using MetaGrains.Graph.Accounts;
using MetaGrains.Warehouse.Accounts;
using MetaGrains.Warehouse.Control;
using Microsoft.Extensions.Options;

namespace MetaGrains.Grains.Connections;

/// <summary>What every connection grain of a silo shares.</summary>
public sealed class DiscoveryServices(
    DiscoveryStore store, AdAccountStore accounts, IntegrationStore integrations, IGraphAdAccounts graph, IOptions<ReminderOptions> reminders, TimeProvider clock)
{
    private static readonly TimeSpan ReminderPeriod = TimeSpan.FromMinutes(1);

    internal DiscoveryStore Store => store;

    internal AdAccountStore Accounts => accounts;

    internal IntegrationStore Integrations => integrations;

    internal IGraphAdAccounts Graph => graph;

    internal TimeProvider Clock => clock;

    internal Func<double> Chance { get; } = Random.Shared.NextDouble;

    /// <summary>How long a listing that nobody works on may stay unnoticed.</summary>
    internal TimeSpan Patience => ReminderPeriod > reminders.Value.MinimumReminderPeriod ? ReminderPeriod : reminders.Value.MinimumReminderPeriod;
}
