using UwsgiIt.Linux.Processes;

namespace UwsgiIt.Emperor.Vassals;

/// <summary>Who is told what vassals do.</summary>
internal interface IVassalWatcher
{
    /// <summary>It has shown that it works.</summary>
    void BecameLoyal(Vassal vassal);

    /// <summary>Its process runs now.</summary>
    void Started(Vassal vassal);

    /// <summary>Its state is another.</summary>
    void Changed(Vassal vassal);

    /// <summary>Its process has ended and it will start another itself. Returns how long it must wait.</summary>
    TimeSpan Died(Vassal vassal, ChildExit exit, bool isExpected);

    /// <summary>A process shall get a cgroup of its own with these limits; calls back with null once it is in it, or with what is wrong.</summary>
    void Place(Vassal vassal, int processId, long? memory, int? cpuWeight, Action<string?> placed);

    /// <summary>It is gone; null when no process was there (stopped while it waited, or never started).</summary>
    void Ended(Vassal vassal, ChildExit? exit);
}
