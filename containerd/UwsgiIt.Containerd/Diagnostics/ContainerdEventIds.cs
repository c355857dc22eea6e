namespace UwsgiIt.Containerd;

/// <summary>Ids of what the daemon logs: 1000 containers, 1100 definitions, 1200 control and sessions, 1300 alarms, 1400 agents, 1500 the network. Never used again for something else.</summary>
internal static class ContainerdEventIds
{
    public const int ContainerStarted = 1000;
    public const int ContainerNotStarted = 1001;
    public const int ContainerStopped = 1002;
    public const int ContainerEnded = 1003;
    public const int ContainerStepFailed = 1004;
    public const int Adopted = 1010;
    public const int AdoptionRefused = 1011;
    public const int LeftOverKilled = 1012;
    public const int BadRecord = 1013;
    public const int Features = 1020;
    public const int WeakSetting = 1021;

    public const int DefinitionsRead = 1100;
    public const int DefinitionFaulty = 1101;

    public const int SessionStarted = 1200;
    public const int SessionRefused = 1201;
    public const int SessionFailed = 1202;
    public const int LoginFilesFailed = 1203;
    public const int FileRefused = 1204;
    public const int FileFailed = 1205;
    public const int SessionsTooMany = 1206;

    public const int AlarmRaised = 1300;
    public const int AlarmFailed = 1301;
    public const int LoopboxFailed = 1302;
    public const int AlarmNotSent = 1303;
    public const int AlarmDeaf = 1304;

    public const int AgentApplied = 1400;
    public const int AgentRefused = 1401;
    public const int AgentFaulty = 1402;
    public const int AgentAway = 1403;
    public const int AgentNetwork = 1404;
    public const int AgentLate = 1405;
    public const int AgentLegions = 1406;
    public const int CertificateRenewed = 1407;
    public const int CertificateNotRenewed = 1408;
    public const int SpoolAway = 1410;
    public const int SpoolBack = 1411;
    public const int SpoolRefused = 1412;
    public const int SpoolFull = 1413;
    public const int NotMeasured = 1414;
    public const int FileNotCollected = 1415;

    public const int NetworkNotInForce = 1500;
    public const int NetworkInForce = 1501;
    public const int NetworkNotAdopted = 1502;
    public const int NetworkPolicyRefused = 1503;
    public const int NetworkFileFaulty = 1504;
    public const int NetworkPortRefused = 1505;
    public const int NetworkTunnelRefused = 1506;
    public const int NetworkNoWireGuard = 1507;
    public const int NetworkResolverAway = 1508;
}
