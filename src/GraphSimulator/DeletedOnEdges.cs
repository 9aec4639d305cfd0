namespace MetaGrains.GraphSimulator;

/// <summary>What a list does whose status filter names DELETED. Meta's pages contradict each other, and connectors do it.</summary>
public enum DeletedOnEdges
{
    /// <summary>Deleted objects are returned.</summary>
    Return,

    /// <summary>The call is refused with code 100.</summary>
    Reject,
}
