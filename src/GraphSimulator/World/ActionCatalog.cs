using System.Text;

namespace MetaGrains.GraphSimulator.World;

/// <summary>One element of <c>actions</c> as an account reports it: a name, and the counted kinds it rolls up.</summary>
/// <param name="Name">The <c>action_type</c>.</param>
/// <param name="Parts">Places in <see cref="AdDay.Actions"/> that add up to it.</param>
/// <param name="HasValue">Whether it also stands in <c>action_values</c>.</param>
internal sealed record ActionType(string Name, int[] Parts, bool HasValue)
{
    /// <summary>The name in UTF-8.</summary>
    public byte[] Utf8Name { get; } = Encoding.UTF8.GetBytes(Name);
}

/// <summary>
/// Which kinds of action an account counts and under which names it reports them. Meta's list holds overlapping
/// roll-ups; counting each kind once and naming it several times keeps them consistent by construction.
/// </summary>
/// <param name="onWebsites">Counted kinds that happen on a website, not on Meta.</param>
/// <param name="inApps">Counted kinds that happen in an app.</param>
internal sealed class ActionCatalog(int countedKinds, IReadOnlyList<ActionType> types, int[] onWebsites, int[] inApps)
{
    /// <summary>Counted kinds that do not happen on Meta: some breakdowns cannot tell them apart and lose them.</summary>
    public IReadOnlyList<int> OffMeta { get; } = [.. onWebsites, .. inApps];

    /// <summary>Whether all of a type happens on websites.</summary>
    public bool IsOnWebsites(ActionType type) => Array.TrueForAll(type.Parts, onWebsites.Contains);

    /// <summary>Whether some of a type happens in apps.</summary>
    public bool IsInApps(ActionType type) => Array.Exists(type.Parts, inApps.Contains);

    /// <summary>Length of <see cref="AdDay.Actions"/>.</summary>
    public int CountedKinds { get; } = countedKinds;

    /// <summary>What is reported, in the order of the answer.</summary>
    public IReadOnlyList<ActionType> Types { get; } = types;

    /// <summary>The type of a name, or null where the account never has it.</summary>
    public ActionType? Find(string name) => Types.FirstOrDefault(type => type.Name == name);
}
