import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.activemq.advisory.AdvisorySupport;
import org.apache.activemq.broker.BrokerService;
import org.apache.activemq.broker.TransportConnection;
import org.apache.activemq.broker.TransportConnector;
import org.apache.activemq.broker.region.Destination;
import org.apache.activemq.command.ActiveMQDestination;
import org.apache.activemq.network.NetworkBridge;
import org.apache.activemq.network.NetworkConnector;

/** What a broker counts, as plain maps and lists, read without JMX. Advisory topics are left out. */
final class Statistics {
    private Statistics() {}

    static Map<String, Object> of(BrokerService broker) throws Exception {
        Map<String, Object> statistics = new LinkedHashMap<>();
        statistics.put("name", broker.getBrokerName());
        statistics.put("destinations", destinations(broker));
        statistics.put("bridges", bridges(broker));
        statistics.put("inbound", inbound(broker));
        return statistics;
    }

    private static List<Object> destinations(BrokerService broker) throws Exception {
        List<Object> rows = new ArrayList<>();
        for (Map.Entry<ActiveMQDestination, Destination> entry :
                broker.getBroker().getDestinationMap().entrySet()) {
            ActiveMQDestination destination = entry.getKey();
            if (AdvisorySupport.isAdvisoryTopic(destination)) {
                continue;
            }
            var counts = entry.getValue().getDestinationStatistics();
            Map<String, Object> row = new LinkedHashMap<>();
            row.put("kind", destination.isQueue() ? "queue" : "topic");
            row.put("name", destination.getPhysicalName());
            row.put("size", counts.getMessages().getCount());
            row.put("enqueues", counts.getEnqueues().getCount());
            row.put("dequeues", counts.getDequeues().getCount());
            row.put("forwards", counts.getForwards().getCount());
            row.put("inflight", counts.getInflight().getCount());
            row.put("consumers", counts.getConsumers().getCount());
            rows.add(row);
        }
        return rows;
    }

    private static List<Object> bridges(BrokerService broker) {
        List<Object> rows = new ArrayList<>();
        for (NetworkConnector connector : broker.getNetworkConnectors()) {
            for (NetworkBridge bridge : connector.activeBridges()) {
                Map<String, Object> row = new LinkedHashMap<>();
                row.put("connector", connector.getName());
                row.put("remote_broker", bridge.getRemoteBrokerName());
                row.put("remote_address", bridge.getRemoteAddress());
                row.put("sent", bridge.getNetworkBridgeStatistics().getDequeues().getCount());
                row.put("received",
                        bridge.getNetworkBridgeStatistics().getReceivedCount().getCount());
                rows.add(row);
            }
        }
        return rows;
    }

    /** Client ids of other brokers' bridges: connector, broker and direction, joined by "_". */
    private static List<Object> inbound(BrokerService broker) {
        List<Object> clients = new ArrayList<>();
        for (TransportConnector connector : broker.getTransportConnectors()) {
            for (TransportConnection connection : connector.getConnections()) {
                // A bridge that was refused has no client id.
                if (connection.isNetworkConnection() && connection.getConnectionId() != null) {
                    clients.add(connection.getConnectionId());
                }
            }
        }
        return clients;
    }
}
