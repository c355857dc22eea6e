using UwsgiIt.Linux.Processes;

namespace UwsgiIt.Emperor.Vassals;

/// <summary>Who is told what vassals do.</summary>
internal interface IVassalWatcher
{
    /// <summary>It has shown that it works.</summary>
    void BecameLoyal(Vassal vassal);

    /// <summary>Its process runs now.</summary>
    void Started(Vassal vassal);

    /// <summary>It is gone; null when no process was there (stopped while it waited, or never started).</summary>
    void Ended(Vassal vassal, ChildExit? exit);
}
